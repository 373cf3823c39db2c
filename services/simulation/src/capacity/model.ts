/**
 * A mesh in virtual time: the scheduler's own commands and its queue of executors, over plays in memory, with processors, disks and a network that
 * take the time that was measured. Plays come by chance (Poisson) and are shared out to shards by their key.
 */

import { silentLog } from '@hero-logic/platform';
import { createRandom, type Random } from '@hero-logic/platform/testing';
import type { ClaimedPlay } from '@hero-logic/scheduler';
import { createFastLoop, type FastLoop } from '../virtual/fast-loop.ts';
import { realTurn, takeOverTime } from '../virtual/globals.ts';
import { createKeys, exponential } from './draws.ts';
import { createExecutor, type Executor } from './executor.ts';
import { createShard } from './memory-store.ts';
import type { Load, Mesh } from './mesh.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { createDisk, type Disk } from './station.ts';

export interface Figures {
  readonly plays: number;
  /** While plays come, or until all have ended: a mesh that keeps up shows it in the former, one that is behind in the latter. */
  readonly playsPerSecond: number;
  /** Start to end, as the caller sees it. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** From the start being durable to the claim. */
  readonly meanQueuedMs: number;
  /** Shares of the time that the busiest of its kind worked. */
  readonly busy: Readonly<Record<Part, number>>;
}

export const PARTS = ['scheduler', 'store', 'executor', 'cores', 'slots'] as const;
export type Part = (typeof PARTS)[number];

export interface ModelOptions {
  readonly load: Load;
  readonly mesh: Mesh;
  readonly plays: number;
  readonly seed?: number;
}

const BEGINNING = Date.parse('2026-01-01T00:00:00Z');
/** The first of the plays fill the mesh and are not counted; nor is what happens when no more come. */
const FILLING = 0.2;

export async function runModel(options: ModelOptions): Promise<Figures> {
  const loop = createFastLoop(BEGINNING, realTurn);
  const giveBack = takeOverTime({ ...loop, spawn: () => loop.current(), run: async () => 0 });
  try {
    return await createWorld(loop, options);
  } finally {
    giveBack();
  }
}

interface Cell {
  readonly disk: Disk;
  readonly schedulers: readonly Scheduler[];
  readonly executors: readonly Executor[];
}

async function createWorld(loop: FastLoop, { load, mesh, plays, seed = 1 }: ModelOptions): Promise<Figures> {
  const random = createRandom(seed);
  const seen = createRecord(loop, plays);
  const cells = Array.from({ length: mesh.shards }, (_, at) => createCell(loop, { load, mesh, at, random, seen }));
  const pickKey = createKeys(load, random);
  const everyMs = 1000 / load.playsPerSecond;
  const work = createWorkRecord(loop, cells, mesh);
  let made = 0;
  const next = () => {
    const cell = cells[pickKey() % cells.length] as Cell;
    const scheduler = cell.schedulers[made % cell.schedulers.length] as Scheduler;
    if (made === seen.firstCounted) work.begin();
    seen.comes(`p${made}`);
    void scheduler.start(`p${made}`);
    if (++made < plays) loop.after(load.isRandom ? exponential(random, everyMs) : everyMs, next);
    else work.end();
  };
  loop.after(0, next);
  await loop.run(seen.isOver);
  for (const { schedulers } of cells) for (const { close } of schedulers) close();
  return seen.figures(work.busy());
}

interface CellOptions extends Pick<ModelOptions, 'load' | 'mesh'> {
  readonly at: number;
  readonly random: Random;
  readonly seen: ReturnType<typeof createRecord>;
}

function createCell(loop: FastLoop, { load, mesh, at, random, seen }: CellOptions): Cell {
  const { times } = mesh;
  const disk = createDisk(loop, times);
  const shard = createShard(disk);
  const signals = createSignals(loop, times.signalMs);
  const schedulers = Array.from({ length: mesh.schedulers }, () =>
    createScheduler(loop, { shard, times, signals, log: silentLog }),
  );
  const mine = Math.floor(mesh.executors / mesh.shards) + (at < mesh.executors % mesh.shards ? 1 : 0);
  const draw = (mean: number) => (load.isRandom ? exponential(random, mean) : mean);
  const executors = Array.from({ length: mine }, (_, n) =>
    createExecutor(loop, {
      ...{ mesh, disk, onEnd: seen.ends, onClaim: seen.claimed },
      id: `e${at}-${n}`,
      scheduler: schedulers[n % schedulers.length] as Scheduler,
      draw: () => ({ waitMs: draw(load.waitMs), computeMs: draw(load.computeMs), steps: load.steps }),
    }),
  );
  for (const executor of executors) void executor.run();
  return { disk, schedulers, executors };
}

/** Hints only; one that is on its way already tells as much as two. */
function createSignals(loop: FastLoop, delayMs: number) {
  const listeners = new Map<string, Set<() => void>>();
  const under = new Set<string>();
  return {
    publish(topic: string) {
      const heard = listeners.get(topic);
      if (heard === undefined || under.has(topic)) return;
      under.add(topic);
      loop.after(delayMs, () => {
        under.delete(topic);
        for (const listener of heard) listener();
      });
    },
    subscribe(topic: string, listener: () => void) {
      const heard = listeners.get(topic) ?? new Set();
      listeners.set(topic, heard.add(listener));
      return () => void heard.delete(listener);
    },
  };
}

function createRecord(loop: FastLoop, plays: number) {
  const cameAt = new Map<string, number>();
  const tookMs: number[] = [];
  const firstCounted = Math.floor(plays * FILLING);
  let ended = 0;
  let [from, to, endedBetween] = [0, 0, 0];
  let queuedMs = 0;
  let claims = 0;
  let came = 0;
  const isAllThere = () => came === plays;
  return {
    isOver: () => ended === plays,
    firstCounted,
    comes(sid: string) {
      came += 1;
      cameAt.set(sid, loop.now());
      if (sid === `p${firstCounted}`) from = loop.now();
      to = loop.now();
    },
    claimed({ play }: ClaimedPlay) {
      if (Number(play.sid.slice(1)) < firstCounted) return;
      claims += 1;
      queuedMs += (play.lease?.claimedAt ?? 0) - play.createdAt;
    },
    ends(sid: string) {
      ended += 1;
      if (from > 0 && !isAllThere()) endedBetween += 1;
      if (Number(sid.slice(1)) >= firstCounted) tookMs.push(loop.now() - (cameAt.get(sid) ?? 0));
      cameAt.delete(sid);
    },
    figures(busy: Figures['busy']): Figures {
      const sorted = Float64Array.from(tookMs).sort();
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
      return {
        plays,
        playsPerSecond: Math.max(endedBetween / (to - from), ended / (loop.now() - BEGINNING)) * 1000,
        p50Ms: at(0.5),
        p99Ms: at(0.99),
        meanQueuedMs: queuedMs / Math.max(1, claims),
        busy,
      };
    },
  };
}

/** How much each part works between the first play that is counted and the last that comes. */
function createWorkRecord(loop: FastLoop, cells: readonly Cell[], { slots }: Mesh) {
  const executors = cells.flatMap((cell) => cell.executors);
  const parts: Readonly<Record<Part, readonly (() => number)[]>> = {
    scheduler: cells.flatMap((cell) => cell.schedulers.map(({ processor }) => processor.busyMs)),
    store: cells.map(({ disk }) => disk.busyMs),
    executor: executors.map(({ node }) => node.busyMs),
    cores: executors.map(
      ({ cores }) =>
        () =>
          cores.busyMs() / cores.servers,
    ),
    slots: executors.map(
      ({ slotMs }) =>
        () =>
          slotMs() / slots,
    ),
  };
  const read = () => PARTS.map((part) => parts[part].map((busyMs) => busyMs()));
  let before = { at: loop.now(), ms: read() };
  let after = before;
  return {
    begin() {
      before = { at: loop.now(), ms: read() };
    },
    end() {
      after = { at: loop.now(), ms: read() };
    },
    busy(): Figures['busy'] {
      const shareOf = (at: number) =>
        Math.max(0, ...(after.ms[at] ?? []).map((ms, n) => ms - (before.ms[at]?.[n] ?? 0))) / (after.at - before.at);
      return Object.fromEntries(PARTS.map((part, at) => [part, shareOf(at)])) as Figures['busy'];
    },
  };
}

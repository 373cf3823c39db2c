/**
 * One world from one seed: the real services over simulated time, network, disks and play processes, with faults, until everything
 * is over. The same seed gives the same world.
 */

import { createRandom } from '@hero-logic/platform/testing';
import { checkEnd } from './check/final.ts';
import { createLedger, type Stored } from './check/ledger.ts';
import { createPlayCheck, isEnded } from './check/plays.ts';
import { isMigrated, storedPlays } from './check/stored.ts';
import { createOnlyOne } from './check/triggers.ts';
import { drawFlows } from './flow/program.ts';
import { type Clients, startClients } from './people/clients.ts';
import { takeOverFiles } from './virtual/files.ts';
import { realTurn, takeOverTime } from './virtual/globals.ts';
import { createLoop } from './virtual/loop.ts';
import { takeOverSignals } from './virtual/signals.ts';
import { createDisk, type Disk } from './world/disk.ts';
import { createFaults } from './world/faults.ts';
import { createHost, type Host, type ServiceName } from './world/hosts.ts';
import { connectTo } from './world/network.ts';
import { createRegistry } from './world/registry.ts';
import { createWorldClock, type Plant, type World } from './world/world.ts';

export interface Outcome {
  readonly seed: number;
  /** Empty = every promise was kept. */
  readonly violations: readonly string[];
  readonly events: number;
  readonly plays: number;
  readonly steps: number;
  /** Changes with anything that happens. */
  readonly digest: number;
}

export interface SimulateOptions {
  readonly seed: number;
  readonly plant?: Plant;
  /** A world as it was before there were versions, races, delays and triggers: seeds of that time mean the same. */
  readonly isPlain?: boolean;
  readonly onTrace?: (line: string) => void;
}

/** Nothing goes wrong any more after this; what is not over a good while later is stuck. */
const CALM_AFTER_MS = 40_000;
const STUCK_AFTER_MS = 15 * 60_000;
/** So long nothing must happen any more. */
const QUIET_MS = 5000;
const MOST_EVENTS = 200_000;
const LONGEST_FREEZE_MS = 25_000;

export async function simulate({ seed, plant = {}, isPlain = false, onTrace }: SimulateOptions): Promise<Outcome> {
  const random = createRandom(seed);
  const loop = createLoop(random.fork(), realTurn);
  const begin = loop.now();
  const files = takeOverFiles();
  let digest = seed;
  const trace = (text: string) => {
    const line = `${((loop.now() - begin) / 1000).toFixed(3)} ${text}`;
    for (let i = 0; i < line.length; i++) digest = (Math.imul(digest, 31) + line.charCodeAt(i)) | 0;
    onTrace?.(line);
  };
  const stored = {} as { -readonly [K in keyof Stored]: Stored[K] };
  const ledger = createLedger(stored, () => loop.now());
  const faults = createFaults(random.fork());
  const world: World = {
    ...{ loop, random, faults, ledger, plant, trace, files },
    clock: createWorldClock(loop),
  };
  const disks = { scheduler: createDisk(world, 'scheduler'), executor: createDisk(world, 'executor') };
  stored.scheduler = disks.scheduler.content;
  stored.executor = disks.executor.content;
  const giveBack = [takeOverTime(loop), takeOverSignals(), files.close];
  try {
    const flows = drawFlows(random.fork(), isPlain);
    const hosts = createHosts(world, disks, createRegistry(loop, flows));
    for (const host of hosts) host.boot();
    const transport = connectTo(world, hosts[0] as Host);
    const clients = startClients(world, { transport, flows, stored, isPlain });
    strike(world, hosts);
    loop.post(loop.spawn('calm'), CALM_AFTER_MS, () => {
      trace('all is calm');
      faults.calm();
    });
    const events = await loop.run(watch(world, stored, disks, clients, begin));
    if (events > MOST_EVENTS) ledger.broken(`no end after ${MOST_EVENTS} events`);
    if (ledger.violations.length === 0) checkEnd(stored, ledger);
    const plays = storedPlays(stored.scheduler).length;
    return { seed, violations: ledger.violations, events, plays, steps: ledger.steps.size, digest };
  } finally {
    for (const undo of giveBack) undo();
    disks.scheduler.content.close();
    disks.executor.content.close();
  }
}

/** Checks after every commit, and ends when all is over and stays so, or a promise is broken. */
function watch(
  { loop, ledger }: World,
  stored: Stored,
  disks: Record<ServiceName, Disk>,
  clients: Clients,
  begin: number,
): { readonly isOver: () => boolean; readonly after: () => void } {
  const checkPlays = createPlayCheck(ledger, loop.now, createOnlyOne(stored));
  const seen = { scheduler: 0, executor: 0 };
  let isPlaysQuiet = false;
  let quietAt = Number.POSITIVE_INFINITY;
  let events = 0;
  return {
    isOver: () =>
      ledger.violations.length > 0 ||
      events > MOST_EVENTS ||
      loop.now() > Math.min(quietAt + QUIET_MS, begin + STUCK_AFTER_MS),
    after() {
      events += 1;
      const now = { scheduler: disks.scheduler.commits(), executor: disks.executor.commits() };
      const isSame = now.scheduler === seen.scheduler && now.executor === seen.executor;
      if (isSame || !isMigrated(stored)) return;
      if (now.scheduler !== seen.scheduler) {
        const rows = storedPlays(stored.scheduler);
        checkPlays(rows);
        const isLeft = [UNTOLD, UNSETTLED].some((sql) => stored.scheduler.get(sql) !== undefined);
        isPlaysQuiet = !isLeft && rows.every(({ status }) => isEnded(status));
      }
      Object.assign(seen, now);
      const isQuiet = isPlaysQuiet && clients.isDone() && stored.executor.get(UNMOVED) === undefined;
      quietAt = isQuiet ? Math.min(quietAt, loop.now()) : Number.POSITIVE_INFINITY;
    },
  };
}

/** Half of the worlds are a local run, everything in one process; the others a mesh. The first serves the clients. */
function createHosts(
  world: World,
  disks: Parameters<typeof createHost>[1]['disks'],
  registry: ReturnType<typeof createRegistry>,
): Host[] {
  const hosts: Host[] = [];
  const remote = (name: ServiceName | 'registry') => {
    if (name === 'registry') return connectTo(world, registry);
    return connectTo(world, hosts[name === 'scheduler' ? 0 : hosts.length - 1] as Host);
  };
  const parts: ServiceName[][] = world.random.chance(0.5) ? [['scheduler', 'executor']] : [['scheduler'], ['executor']];
  for (const services of parts) hosts.push(createHost(world, { name: services.join('+'), services, disks, remote }));
  return hosts;
}

/** Kills and freezes, as often as the seed wants. */
function strike(world: World, hosts: readonly Host[]): void {
  const { loop, faults, random } = world;
  const fate = loop.spawn('fate');
  const next = () => {
    const inMs = faults.nextBlow();
    if (inMs === undefined) return;
    loop.post(fate, inMs, () => {
      if (faults.nextBlow() === undefined) return;
      const host = random.pick(hosts);
      if (random.chance(0.7)) host.crash();
      else host.freeze(random.int(10, LONGEST_FREEZE_MS));
      next();
    });
  };
  next();
}

const UNMOVED = 'SELECT 1 FROM play_journal LIMIT 1';
const UNSETTLED = "SELECT 1 FROM trigger_fires WHERE state IN ('waiting', 'starting', 'started') LIMIT 1";
const UNTOLD = `SELECT 1 FROM plays WHERE parent_resume_id <> '' AND told IS NULL
  AND status IN ('success', 'failed', 'cancelled', 'timed_out') LIMIT 1`;

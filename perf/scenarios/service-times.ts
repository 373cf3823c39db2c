// What the parts of a mesh take for a play and for a step, apart from the scheduler (claims.ts): the executor's Node, its zygote and the processes of
// plays, the bytes to other services, the way to another process, and the store. `npm run capacity -- --times FILE` reckons with them.

import { type ByteCounter, createByteCounter } from '../byte-counter.ts';
import { type PerfMesh, STORES, type Store, startMesh } from '../mesh.ts';
import { roundTripsMs, signalsMs } from '../network-times.ts';
import { treeOf } from '../process-memory.ts';
import { processorUs } from '../process-time.ts';
import { progress } from '../progress.ts';
import type { Report, Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';
import { mongoTimes, sqliteTimes } from '../store-times.ts';
import { hasHadChildren, ownCpuMs, treeCpuMs } from '../tree-cpu.ts';

const FLOW = `
from hero_tracing import flow

@flow
def tiny(i: int) -> int:
    return i

@flow(name="times")
def times(steps: int = 0) -> int:
    for i in range(steps):
        tiny(i)
    return steps
`;
const IN_FLIGHT = 4;
const PLAYS = 80;
const STEPS = 200;
const PLAYS_OF_STEPS = 16;
const ROUNDS = 5;
const WARM_UP = 2;

export async function serviceTimes(_shared: PerfServer, rounds: number): Promise<Report> {
  const rows: Row[] = [];
  const times: Record<string, Record<string, number>> = {};
  const notes = [`${PLAYS} plays without a step, ${PLAYS_OF_STEPS} of ${STEPS} steps, ${IN_FLIGHT} in flight`];
  const trips = spread(await roundTripsMs());
  rows.push({ name: 'a message to another process and back, over loopback', spread: trips, unit: 'ms' });
  for (const store of STORES) {
    try {
      const found = await ofStore(store, Math.min(rounds, ROUNDS));
      rows.push(...found.rows);
      times[store] = { ...found.times, networkMs: trips.p50 / 2 };
    } catch (error) {
      notes.push(`not measured on ${store}: ${(error as Error).message}`);
    }
  }
  return { title: 'What the parts of a mesh take', rows, notes, times };
}

const PARTS = ['node', 'zygote', 'processes', 'serviceBytes', 'storeBytes'] as const;
type Part = (typeof PARTS)[number];
type Sums = Record<Part, number>;

async function ofStore(store: Store, rounds: number): Promise<{ rows: Row[]; times: Record<string, number> }> {
  progress(`an executor on ${store}`);
  const ways = new Map<string, ByteCounter>();
  const mesh = await startMesh(store, 1, async (name, address) => {
    const way = await createByteCounter(address);
    ways.set(name, way);
    return way.address;
  });
  try {
    const sid = await mesh.add('times', FLOW);
    const look = () => sumsOf(mesh.mesh.pid('executor'), ways);
    const plays: Sums[] = [];
    const steps: Sums[] = [];
    for (let round = -WARM_UP; round < rounds; round++) {
      const play = await costOf(look, PLAYS, () => playAll(mesh, sid, PLAYS, 0));
      const long = await costOf(look, PLAYS_OF_STEPS, () => playAll(mesh, sid, PLAYS_OF_STEPS, STEPS));
      if (round < 0) continue;
      plays.push(play);
      steps.push(map((part) => Math.max(0, (long[part] - play[part]) / STEPS)));
    }
    const { MONGODB_URL, REDIS_URL } = mesh.mesh.env;
    const commits = MONGODB_URL === undefined ? await sqliteTimes() : await mongoTimes(MONGODB_URL);
    const signals = REDIS_URL === undefined ? [0] : await signalsMs(REDIS_URL);
    return {
      rows: rowsOf(store, { plays, steps, commits, signals }),
      times: timesOf({ plays, steps, commits, signals }),
    };
  } finally {
    await mesh.stop();
    for (const way of ways.values()) way.close();
  }
}

interface Found {
  /** For one each. */
  readonly plays: readonly Sums[];
  readonly steps: readonly Sums[];
  readonly commits: { readonly commitMs: number; readonly writeMs: number };
  readonly signals: readonly number[];
}

function timesOf({ plays, steps, commits, signals }: Found): Record<string, number> {
  const median = (sums: readonly Sums[], ...parts: Part[]) =>
    spread(sums.map((one) => parts.reduce((sum, part) => sum + one[part], 0))).p50;
  return {
    executorPlayMs: median(plays, 'node'),
    executorStepMs: median(steps, 'node'),
    processMs: median(plays, 'zygote', 'processes'),
    processStepMs: median(steps, 'zygote', 'processes'),
    signalMs: spread(signals).p50,
    ...commits,
  };
}

function rowsOf(store: Store, { plays, steps, commits, signals }: Found): Row[] {
  const row = (name: string, values: readonly number[], unit: string): Row => ({
    name: `${store}: ${name}`,
    spread: spread(values),
    unit,
  });
  const of = (sums: readonly Sums[], part: Part) => sums.map((one) => one[part]);
  return [
    row("processor of the executor's Node for a play", of(plays, 'node'), 'ms'),
    row('the same for a step', of(steps, 'node'), 'ms'),
    row('processor of the zygote for a play', of(plays, 'zygote'), 'ms'),
    row("processor of a play's process", of(plays, 'processes'), 'ms'),
    row('the same for a step', of(steps, 'processes'), 'ms'),
    row('bytes between the executor and other services for a play', of(plays, 'serviceBytes'), 'B'),
    row('the same for a step', of(steps, 'serviceBytes'), 'B'),
    ...(store === 'sqlite'
      ? []
      : [
          row('bytes between the executor and the store for a play', of(plays, 'storeBytes'), 'B'),
          row('the same for a step', of(steps, 'storeBytes'), 'B'),
          row('a signal to another process', signals, 'ms'),
        ]),
    row('a commit', [commits.commitMs], 'ms'),
    row('each record in it', [commits.writeMs], 'ms'),
  ];
}

const map = (of: (part: Part) => number): Sums => Object.fromEntries(PARTS.map((part) => [part, of(part)])) as Sums;

async function costOf(look: () => Sums, count: number, work: () => Promise<void>): Promise<Sums> {
  const before = look();
  await work();
  const after = look();
  return map((part) => (after[part] - before[part]) / count);
}

function sumsOf(pid: number, ways: ReadonlyMap<string, ByteCounter>): Sums {
  const node = processorUs(pid) / 1000;
  const zygotes = treeOf(pid).slice(1).filter(hasHadChildren);
  const zygote = zygotes.reduce((sum, one) => sum + ownCpuMs(one), 0);
  const storeBytes = ways.get('MONGODB_URL')?.bytes() ?? 0;
  const allBytes = [...ways.values()].reduce((sum, way) => sum + way.bytes(), 0);
  return {
    ...{ node, zygote, processes: treeCpuMs(pid) - ownCpuMs(pid) - zygote },
    ...{ storeBytes, serviceBytes: allBytes - storeBytes },
  };
}

async function playAll({ plays }: PerfMesh, value: string, count: number, steps: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const inputData = JSON.stringify({ steps });
      const play = await plays.startPlay({ workflow: { case: 'workflowSid', value }, inputData, waitMs: 120_000n });
      if (play.outputData === '') throw new Error(`a play ended as ${play.status}: ${play.error?.message}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

// One scheduler alone, with this process as its executors: starts, claims and reports a second, and the processor time of each, of a renewed lease
// and of a call for plays that finds none. docs/capacity.md is reckoned from these.

import { RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { type PerfMesh, STORES, type Store, startMesh } from '../mesh.ts';
import { processorUs } from '../process-time.ts';
import { progress } from '../progress.ts';
import type { Report, Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';
import { NOTHING } from './nothing.ts';

const PLAYS = 600;
const IN_FLIGHT = 32;
const ASKING = 4;
const SLOTS = 16;
const ROUNDS = 5;
const EMPTY_CALLS = 400;
const RENEWALS = 20;

type Held = Awaited<ReturnType<PerfMesh['leases']['acquirePlays']>>['plays'];

export async function claims(_shared: PerfServer, rounds: number): Promise<Report> {
  const rows: Row[] = [];
  const times: Record<string, Record<string, number>> = {};
  const notes = [`${PLAYS} plays a round; ${ASKING} executors that ask for up to ${SLOTS} plays each, over gRPC`];
  for (const store of STORES) {
    try {
      const found = await measureStore(store, Math.min(rounds, ROUNDS));
      rows.push(...found.rows);
      times[store] = found.times;
    } catch (error) {
      notes.push(`not measured on ${store}: ${(error as Error).message}`);
    }
  }
  return { title: 'One scheduler', rows, notes, times };
}

interface Figures {
  readonly perSecond: number[];
  readonly us: number[];
}

interface Measured {
  readonly rows: Row[];
  readonly times: Record<string, number>;
}

async function measureStore(store: Store, rounds: number): Promise<Measured> {
  progress(`one scheduler on ${store}`);
  const mesh = await startMesh(store, 0);
  try {
    const sid = await mesh.add('nothing', NOTHING);
    const found = { starts: none(), claims: none(), renewals: none(), reports: none(), 'calls for nothing': none() };
    const callsForAPlay: number[] = [];
    for (let round = -2; round < rounds; round++) {
      const held: Held = [];
      const into = (name: keyof typeof found) => (round < 0 ? none() : found[name]);
      await timed(mesh, into('starts'), PLAYS, () => startAll(mesh, sid));
      await timed(mesh, into('claims'), PLAYS, async () => {
        callsForAPlay.push((await claimAll(mesh, held)) / PLAYS);
      });
      await timed(mesh, into('renewals'), RENEWALS * PLAYS, () => renewAll(mesh, held));
      await timed(mesh, into('reports'), PLAYS, () => reportAll(mesh, held));
      await timed(mesh, into('calls for nothing'), EMPTY_CALLS, () => callForNothing(mesh));
    }
    const ms = (name: keyof typeof found) => spread(found[name].us).p50 / 1000;
    const claimCallMs = ms('calls for nothing');
    const rows = Object.entries(found).flatMap(([name, { perSecond, us }]) => [
      { name: `${store}: ${name}`, spread: spread(perSecond), unit: '/s' },
      { name: `${store}: processor of the scheduler, ${name}`, spread: spread(us), unit: 'us' },
    ]);
    const times = {
      ...{ startMs: ms('starts'), claimCallMs, reportMs: ms('reports'), renewMs: ms('renewals') },
      claimMs: Math.max(0, ms('claims') - claimCallMs * spread(callsForAPlay).p50),
    };
    return { rows, times };
  } finally {
    await mesh.stop();
  }
}

const none = (): Figures => ({ perSecond: [], us: [] });

async function timed({ mesh }: PerfMesh, into: Figures, count: number, work: () => Promise<void>): Promise<void> {
  const pid = mesh.pid('scheduler');
  const [at, before] = [performance.now(), processorUs(pid)];
  await work();
  into.us.push((processorUs(pid) - before) / count);
  into.perSecond.push((count / (performance.now() - at)) * 1000);
}

async function startAll({ plays }: PerfMesh, sid: string): Promise<void> {
  let left = PLAYS;
  await atOnce(IN_FLIGHT, async () => {
    while (left-- > 0) await plays.startPlay({ workflow: { case: 'workflowSid', value: sid } });
  });
}

/** How many calls it took. */
async function claimAll({ leases }: PerfMesh, held: Held): Promise<number> {
  let calls = 0;
  await atOnce(ASKING, async (n) => {
    while (held.length < PLAYS) {
      calls += 1;
      const got = await leases.acquirePlays({ executorId: `perf-${n}`, freeSlots: SLOTS, waitMs: 100n });
      held.push(...got.plays);
    }
  });
  return calls;
}

async function renewAll({ leases }: PerfMesh, held: Held): Promise<void> {
  const all = held.map(({ play, leaseToken }) => ({ playSid: play?.sid ?? '', leaseToken }));
  for (let n = 0; n < RENEWALS; n++) await leases.renewLeases({ executorId: 'perf-0', leases: all });
}

async function callForNothing({ leases }: PerfMesh): Promise<void> {
  for (let n = 0; n < EMPTY_CALLS; n++)
    await leases.acquirePlays({ executorId: 'perf-0', freeSlots: SLOTS, waitMs: 0n });
}

async function reportAll({ leases }: PerfMesh, held: Held): Promise<void> {
  let next = 0;
  await atOnce(IN_FLIGHT, async () => {
    for (let one = held[next++]; one !== undefined; one = held[next++]) {
      const lease = { playSid: one.play?.sid ?? '', leaseToken: one.leaseToken };
      await leases.reportPlay({ lease, outcome: RunOutcome.SUCCESS, outputData: '0', spanCount: 1n });
    }
  });
}

async function atOnce(count: number, work: (n: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, n) => work(n)));
}

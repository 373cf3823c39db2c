// A mesh of processes: plays a second and start to end with 1, 2 and 4 executors, for flows that wait and for flows that compute, on SQLite and on MongoDB.

import { type PerfMesh, STORES, type Store, startMesh } from '../mesh.ts';
import { progress } from '../progress.ts';
import type { Report, Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

const FLOWS = {
  wait: `
from hero_tracing import flow

@flow(name="wait")
def wait() -> int:
    flow.sleep(0.1)
    return 0
`,
  compute: `
from hero_tracing import flow

@flow(name="compute")
def compute() -> int:
    return sum(i * i for i in range(200_000))
`,
};
const EXECUTORS = [1, 2, 4];
const PLAYS = 160;
/** As many as four executors have slots. */
const IN_FLIGHT = 32;
const ROUNDS = 3;

export async function cluster(_shared: PerfServer, rounds: number): Promise<Report[]> {
  const reports: Report[] = [];
  for (const flow of Object.keys(FLOWS) as (keyof typeof FLOWS)[]) {
    const rows: Row[] = [];
    const notes = [
      `${PLAYS} plays a round, ${IN_FLIGHT} in flight; 8 slots an executor; all processes share the cores of one machine`,
      'on SQLite each executor has a file of its own: enough for plays that no other executor goes on with, which is what this measures',
    ];
    for (const store of STORES) {
      try {
        rows.push(...(await measureStore(store, flow, Math.min(rounds, ROUNDS))));
      } catch (error) {
        notes.push(`not measured on ${store}: ${(error as Error).message}`);
      }
    }
    const title = flow === 'wait' ? 'Executors: flows that sleep 100 ms' : 'Executors: flows that compute';
    reports.push({ title, rows, notes, ratioTo: 'one executor', noise: 2 });
  }
  return reports;
}

async function measureStore(store: Store, flow: keyof typeof FLOWS, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  let one: number | undefined;
  for (const executors of EXECUTORS) {
    progress(`flow ${flow}, ${store}, ${executors} executors`);
    const mesh = await startMesh(store, executors);
    try {
      const sid = await mesh.add(flow, FLOWS[flow]);
      const rates: number[] = [];
      const took: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const found = await runPlays(mesh, sid);
        if (round < 0) continue;
        rates.push(found.perSecond);
        took.push(...found.tookMs);
      }
      const name = `${store}, ${executors} executor${executors > 1 ? 's' : ''}`;
      const rate = spread(rates);
      const ratio = one === undefined ? {} : { against: one, better: 'higher' as const };
      one ??= rate.p50;
      const all = spread(took);
      rows.push({ name, spread: rate, unit: 'plays/s', ...ratio });
      rows.push({ name: `${name}: start to end, p50`, spread: all, unit: 'ms' });
      rows.push({ name: `${name}: the same, p99`, spread: { ...all, p50: all.p99 }, unit: 'ms' });
    } finally {
      await mesh.stop();
    }
  }
  return rows;
}

async function runPlays({ plays }: PerfMesh, sid: string): Promise<{ perSecond: number; tookMs: number[] }> {
  const tookMs: number[] = [];
  let left = PLAYS;
  const at = performance.now();
  const worker = async () => {
    while (left-- > 0) {
      const began = performance.now();
      const play = await plays.startPlay({ workflow: { case: 'workflowSid', value: sid }, waitMs: 60_000n });
      if (play.outputData === '') throw new Error(`a play ended as ${play.status}: ${play.error?.message}`);
      tookMs.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return { perSecond: (PLAYS / (performance.now() - at)) * 1000, tookMs };
}

// Contract: the simulation of capacity drives the scheduler's own commands and gives what queueing theory gives where theory has an answer: the wait of
// M/M/c (Erlang C), no wait and full use of D/D/c, and no more than c plays per service time when there are more. The same seed gives the same figures.
// Two shards carry twice as much as one when their keys are alike, and less when most plays have one key.

import { expect, it } from 'vitest';
import { NO_TIMES } from './measured.ts';
import type { Load, Mesh } from './mesh.ts';
import { runModel } from './model.ts';

const load = (playsPerSecond: number, more: Partial<Load> = {}): Load => ({
  ...{ playsPerSecond, waitMs: 100, computeMs: 0, steps: 0, isRandom: true, keys: 1, skew: 0 },
  ...more,
});
const mesh = (more: Partial<Mesh> = {}): Mesh => ({
  ...{ shards: 1, schedulers: 1, executors: 1, slots: 4, cores: 1, times: NO_TIMES },
  ...more,
});

/** So many that chance makes less than a fifth. */
const PLAYS = 5000;

/** Mean wait in the queue of M/M/c, in units of the service time. */
function erlangWait(servers: number, offered: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= offered / k;
    sum += term;
  }
  const last = ((term * offered) / servers) * (servers / (servers - offered));
  return last / (sum + last) / (servers - offered);
}

it('waits as long as Erlang C says, in one executor and in two', async () => {
  const wanted = erlangWait(4, 3.2) * 100;
  const found = await runModel({ load: load(32), mesh: mesh(), plays: PLAYS });
  expect(found.meanQueuedMs / wanted).toBeGreaterThan(0.8);
  expect(found.meanQueuedMs / wanted).toBeLessThan(1.2);
  expect(found.busy.slots).toBeCloseTo(0.8, 1);
  const two = await runModel({ load: load(32), mesh: mesh({ executors: 2, slots: 2 }), plays: PLAYS });
  expect(two.meanQueuedMs / wanted).toBeGreaterThan(0.8);
  expect(two.meanQueuedMs / wanted).toBeLessThan(1.2);
  const few = { load: load(32), mesh: mesh(), plays: 300 };
  expect(await runModel(few)).toEqual(await runModel(few));
});

it('is exact where nothing happens by chance', async () => {
  const fits = await runModel({ load: load(40, { isRandom: false }), mesh: mesh(), plays: 500 });
  expect(fits.meanQueuedMs).toBeLessThan(0.01);
  expect(fits.p99Ms).toBeCloseTo(100, 5);
  const more = await runModel({ load: load(80, { isRandom: false }), mesh: mesh(), plays: 500 });
  expect(more.playsPerSecond).toBeGreaterThan(39);
  expect(more.busy.slots).toBeGreaterThan(0.98);
});

it('names the store as what is full, and what sharding by keys gives', async () => {
  const times = { ...NO_TIMES, commitMs: 1, writeMs: 0.5 };
  const many = { slots: 1000, executors: 4, times };
  const rate = async (shards: number, skew: number) =>
    await runModel({ load: load(5000, { waitMs: 1, keys: 64, skew }), mesh: mesh({ ...many, shards }), plays: 2000 });
  const [one, two, uneven] = [await rate(1, 0), await rate(2, 0), await rate(2, 3)];
  expect(one.busy.store).toBeGreaterThan(0.95);
  expect(one.busy.store).toBeGreaterThan(one.busy.scheduler);
  expect(two.playsPerSecond / one.playsPerSecond).toBeGreaterThan(1.7);
  expect(uneven.playsPerSecond / one.playsPerSecond).toBeLessThan(1.4);
});

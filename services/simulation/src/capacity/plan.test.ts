// Contract: a plan has as many of each part as its measured times ask for, says which of them asked for the executors, and holds in the simulated mesh: the
// load is done, no part works more than planned by much, and a third of the executors do not do it.

import { expect, it } from 'vitest';
import { MEASURED } from './measured.ts';
import { runModel } from './model.ts';
import { planMesh } from './plan.ts';

const load = { playsPerSecond: 200, waitMs: 100, computeMs: 5, steps: 3, isRandom: true, keys: 100, skew: 0 };
const room = { slots: 8, cores: 2, times: MEASURED, target: 0.6 };

it('asks for what the load needs', () => {
  const plan = planMesh({ load, ...room });
  expect(plan).toMatchObject({ shards: 1, executorsFor: 'slots' });
  expect(planMesh({ load: { ...load, computeMs: 200, waitMs: 0 }, ...room }).executorsFor).toBe('cores');
  const more = planMesh({ load: { ...load, playsPerSecond: 20_000 }, ...room });
  expect(more.running / plan.running).toBeCloseTo(100, -1);
  expect(more.executors).toBeGreaterThan(80 * plan.executors);
  expect(more.shards).toBeGreaterThan(4);
});

it('holds in the simulated mesh, and a third of it does not', async () => {
  const plan = planMesh({ load, ...room });
  const held = await runModel({ load, mesh: plan, plays: 1000 });
  expect(held.playsPerSecond / 200).toBeGreaterThan(0.9);
  for (const share of Object.values(held.busy)) expect(share).toBeLessThan(0.85);
  const third = { ...plan, executors: Math.floor(plan.executors / 3) };
  expect((await runModel({ load, mesh: third, plays: 1000 })).playsPerSecond / 200).toBeLessThan(0.9);
});

// A due loop acts when something is due: at its time, at once when a signal says that a moment came nearer, and again after a failure.

import { createInProcessSignals, silentLog } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { expect, test } from 'vitest';
import { createDueLoop } from './due-loop.ts';

const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

test('it sleeps until the earliest time, wakes for an earlier one, survives a failure, and stops', async () => {
  const clock = createFakeClock(0);
  const signals = createInProcessSignals();
  const state = { due: [3000], looks: 0, done: [] as number[], fail: false };
  const loop = createDueLoop({
    ...{ name: 'test', clock, signals, log: silentLog, topics: ['due'] },
    async nextDue() {
      state.looks += 1;
      return state.due.length === 0 ? undefined : Math.min(...state.due);
    },
    async turn() {
      if (state.fail) throw new Error('away');
      state.done.push(clock.now());
      state.due = state.due.filter((at) => at > clock.now());
    },
  });
  const stop = new AbortController();
  const running = loop.run(stop.signal);
  await settle();
  await clock.advance(2999);
  await settle();
  expect(state).toMatchObject({ done: [], looks: 1 });
  await clock.advance(1);
  await settle();
  expect(state.done).toEqual([3000]);

  await clock.advance(1000);
  state.due = [4500];
  signals.publish('due');
  await settle();
  await clock.advance(500);
  await settle();
  expect(state.done).toEqual([3000, 4500]);

  state.due = [4600];
  state.fail = true;
  signals.publish('due');
  await settle();
  await clock.advance(100);
  await settle();
  state.fail = false;
  await clock.advance(500);
  await settle();
  expect(state.done).toEqual([3000, 4500, 5100]);

  const { looks } = state;
  await clock.advance(20_000);
  await settle();
  expect(state.looks - looks).toBeLessThanOrEqual(5);
  stop.abort();
  await running;
});

// Contract: nothing runs: many plays at once, with hardly a rest. A play is ready or runs, or did so a moment ago: few at once, with rests
// as long as the work.

import { createFakeClock } from '@hero-logic/platform/testing';
import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('gives way to plays, and goes on at full speed when they are gone', async () => {
  const clock = createFakeClock();
  let busy = false;
  const pace = createPace({ clock, isBusy: async () => busy, fewAtOnce: 25 });
  const restAfter = async (workedMs: number) => {
    const begin = clock.now();
    let over = false;
    const rest = pace.rest(workedMs).then(() => {
      over = true;
    });
    while (!over) await clock.advance(1);
    await rest;
    return clock.now() - begin;
  };

  expect(await pace.next()).toBe(250);
  expect(await restAfter(100)).toBeLessThanOrEqual(25);
  busy = true;
  expect(await pace.next()).toBe(25);
  expect(await restAfter(10)).toBeGreaterThanOrEqual(10);
  busy = false;
  expect(await pace.next(), 'between two plays').toBe(25);
  await clock.advance(300);
  expect(await pace.next()).toBe(250);
});

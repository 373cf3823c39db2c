// Contract: nothing runs: the store's full gait, with hardly a rest. A play is ready or runs, or did so a moment ago: the store gives way,
// with rests by what the work takes when nothing comes in between.

import { createFakeClock } from '@hero-logic/platform/testing';
import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('gives way to plays, and goes on at full speed when they are gone', async () => {
  const clock = createFakeClock();
  let busy = false;
  const full = { plays: 250, rest: 0.1 };
  const givingWay = { plays: 25, rest: 2 };
  const pace = createPace({ clock, isBusy: async () => busy, gaits: { full, givingWay } });
  const restAfter = async (workedMs: number, plays: number) => {
    const begin = clock.now();
    let over = false;
    const rest = pace.rest(workedMs, plays).then(() => {
      over = true;
    });
    while (!over) await clock.advance(1);
    await rest;
    return clock.now() - begin;
  };

  expect(await pace.next()).toBe(250);
  expect(await restAfter(100, 250)).toBe(10);
  busy = true;
  expect(await pace.next()).toBe(25);
  expect(await restAfter(25, 25)).toBe(50);
  expect(await restAfter(5, 25)).toBe(10);
  expect(await restAfter(500, 25), 'something else came in between').toBe(10);
  expect(await restAfter(10, 5), 'few that were left').toBe(2);
  expect(await restAfter(30, 0), 'none of them went').toBe(60);
  for (let i = 0; i < 20; i++) await restAfter(50, 25);
  expect(await restAfter(50, 25), 'it takes longer by now').toBe(100);
  expect(await pace.next()).toBe(25);
  busy = false;
  expect(await pace.next(), 'between two plays').toBe(25);
  await clock.advance(300);
  expect(await pace.next()).toBe(250);
});

// Contract: nothing runs, and nothing did for a while: the store's full gait. In a gap between plays: its gait for gaps. A play is ready or
// runs, or did so a moment ago: the store gives way, at first with a rest, and with rests by what the work takes when nothing comes in
// between; a rest ends in the next gap.

import { createFakeClock } from '@hero-logic/platform/testing';
import { expect, test } from 'vitest';
import { createPace, type Gaits } from './pace.ts';

const GAITS: Gaits = {
  full: { plays: 250, rest: 0.1 },
  between: { plays: 40, rest: 0 },
  givingWay: { plays: 25, rest: 2 },
  lookEveryMs: 2,
};

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp() {
  const clock = createFakeClock();
  const plays = { run: false };
  const pace = createPace({ clock, isBusy: async () => plays.run, gaits: GAITS });
  /** What it gives, and how long it takes. */
  const timed = async <T>(begun: Promise<T>) => {
    const begin = clock.now();
    let over = false;
    const end = begun.finally(() => {
      over = true;
    });
    for (await settle(); !over; await settle()) await clock.advance(1);
    return { value: await end, ms: clock.now() - begin };
  };
  return {
    clock,
    plays,
    next: () => timed(pace.next()),
    restAfter: async (workedMs: number, removed: number) => (await timed(pace.rest(workedMs, removed))).ms,
  };
}

test('gives way to plays that run, with rests by what the work takes when nothing comes in between', async () => {
  const { plays, next, restAfter } = setUp();
  expect(await next()).toEqual({ value: 250, ms: 0 });
  expect(await restAfter(100, 250)).toBe(10);
  plays.run = true;
  expect(await next(), 'a play has just begun: first a rest').toEqual({ value: 25, ms: 20 });
  expect(await restAfter(25, 25)).toBe(50);
  expect(await restAfter(5, 25)).toBe(10);
  expect(await restAfter(500, 25), 'something else came in between').toBe(10);
  expect(await restAfter(10, 5), 'few that were left').toBe(2);
  expect(await restAfter(30, 0), 'none of them went').toBe(60);
  for (let i = 0; i < 20; i++) await restAfter(50, 25);
  expect(await restAfter(50, 25), 'it takes longer by now').toBe(100);
  expect(await next()).toEqual({ value: 25, ms: 0 });
});

test('removes few at once in a gap between plays, and all it can when they are gone', async () => {
  const { clock, plays, next, restAfter } = setUp();
  plays.run = true;
  await next();
  plays.run = false;
  expect(await next(), 'who comes at once leaves no gap').toEqual({ value: 25, ms: 0 });
  expect(await restAfter(100, 25), 'a rest ends in a gap').toBeLessThanOrEqual(6);
  expect(await next()).toEqual({ value: 40, ms: 0 });
  expect(await restAfter(4, 40)).toBe(0);
  plays.run = true;
  expect(await next()).toEqual({ value: 25, ms: 5 });
  plays.run = false;
  expect(await restAfter(100, 25)).toBeLessThanOrEqual(6);
  expect((await next()).value).toBe(40);
  await clock.advance(300);
  expect(await next()).toEqual({ value: 250, ms: 0 });
});

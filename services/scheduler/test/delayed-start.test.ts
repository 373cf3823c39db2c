// Contract: a play with start_at is pending until then, whatever executors ask; it can be cancelled meanwhile, survives a restart, and
// begins when its time has come. A time that is over means at once.

import { timeFromPb, timeToPb } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const HOUR = 3_600_000;

test('a delayed play waits for its time over a restart, and begins then', async () => {
  const clock = createFakeClock();
  const startAt = clock.now() + HOUR;
  h = createHarness({ clock });
  const delayed = await h.start({ startAt: timeToPb(startAt) });
  const dropped = await h.start({ startAt: timeToPb(startAt) });
  const past = await h.start({ startAt: timeToPb(clock.now() - HOUR) });
  expect(delayed.status).toBe(PlayStatus.PENDING);
  expect(timeFromPb(delayed.startAt)).toBe(startAt);
  expect(past.startAt).toBeUndefined();
  const first = await h.claim();
  expect(first.play.sid).toBe(past.sid);
  await h.report(first.lease, RunOutcome.SUCCESS, { outputData: '1' });
  await clock.advance(HOUR - 1);
  expect(await h.claimSome(5)).toEqual([]);
  expect(await h.plays.cancelPlay({ playSid: dropped.sid })).toMatchObject({ status: PlayStatus.CANCELLED });
  const { file } = h;
  await h.close(true);
  h = createHarness({ clock, file });
  const waiting = h.claim(10_000);
  await clock.advance(5_000);
  const { play } = await waiting;
  expect(play.sid).toBe(delayed.sid);
  expect(timeFromPb(play.startAt)).toBe(startAt);
  expect(await h.claimSome(5)).toEqual([]);
});

test('a start more than ten years ahead is refused by name', async () => {
  h = createHarness();
  const error = await failure(h.start({ startAt: timeToPb(Date.now() + 3700 * 24 * HOUR) }));
  expect(error.violations).toEqual([{ field: 'start_at', description: expect.stringContaining('ten years') }]);
});

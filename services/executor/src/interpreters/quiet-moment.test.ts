import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQuietMoment } from './quiet-moment.ts';

// What is wanted is done once, when nothing has begun for that long; what nobody wants is not done.

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('waits for quiet, from the last disturbance on', () => {
  let done = 0;
  const quiet = createQuietMoment({ ms: 20, onQuiet: () => (done += 1) });
  quiet.disturb();
  vi.advanceTimersByTime(100);
  expect(done).toBe(0);
  quiet.want();
  for (let n = 0; n < 5; n++) {
    vi.advanceTimersByTime(19);
    quiet.disturb();
  }
  expect(done).toBe(0);
  vi.advanceTimersByTime(20);
  expect(done).toBe(1);
  quiet.disturb();
  quiet.want();
  quiet.forget();
  quiet.disturb();
  vi.advanceTimersByTime(100);
  expect(done).toBe(1);
});

// A clock that stands still until a test moves it.

import type { Clock } from '../clock.ts';

export interface FakeClock extends Clock {
  /** Moves time and wakes the sleepers whose time has come, in order. */
  advance(ms: number): Promise<void>;
  /** Moves time at once: who sleeps wakes once at the most, however often it would have meanwhile. */
  jump(ms: number): Promise<void>;
}

export function createFakeClock(start = Date.parse('2026-01-01T00:00:00Z')): FakeClock {
  let now = start;
  let sleepers: { until: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { until: now + Math.max(0, ms), wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((s) => s !== sleeper);
          resolve();
        });
      }),
    async jump(ms) {
      now += ms;
      const due = sleepers.filter((s) => s.until <= now);
      sleepers = sleepers.filter((s) => s.until > now);
      for (const sleeper of due) sleeper.wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
    async advance(ms) {
      const target = now + ms;
      for (;;) {
        const due = sleepers.filter((s) => s.until <= target).sort((a, b) => a.until - b.until)[0];
        if (due === undefined) break;
        now = Math.max(now, due.until);
        sleepers = sleepers.filter((s) => s !== due);
        due.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
      now = target;
    },
  };
}

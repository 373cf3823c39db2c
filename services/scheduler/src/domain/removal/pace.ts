// How fast retention goes. While no play is ready or runs it removes many at once and hardly rests. While one does, and for a moment after,
// it gives way: few at once, so that nobody waits for long, with rests by what the work takes when nothing comes in between: the shortest
// batch of late. What plays do in between makes a batch longer, and slows retention down by itself.

import type { Clock } from '@hero-logic/platform';

export interface Pace {
  /** How many plays to remove next. */
  next(): Promise<number>;
  /** After the removal of so many plays took so long. */
  rest(workedMs: number, plays: number): Promise<void>;
}

export interface Gait {
  /** Of a batch. */
  readonly plays: number;
  /** Rests, as a multiple of the work. */
  readonly rest: number;
}

/** What a store can do. */
export interface Gaits {
  /** While nothing runs. */
  readonly full: Gait;
  /** Beside plays: few at once, so that nobody waits for long. */
  readonly givingWay: Gait;
}

interface Step extends Gait {
  /** Milliseconds a play, of the last batches. */
  readonly lately: number[];
}

const REMEMBERED = 16;
/** Between two plays that follow each other nothing runs either. */
const QUIET_MS = 250;

export function createPace(options: {
  readonly clock: Clock;
  /** A play is ready or runs. */
  readonly isBusy: () => Promise<boolean>;
  /** Of the store. */
  readonly gaits: Gaits;
  readonly signal?: AbortSignal | undefined;
}): Pace {
  const { clock, isBusy, gaits, signal } = options;
  const full: Step = { ...gaits.full, lately: [] };
  const givingWay: Step = { ...gaits.givingWay, lately: [] };
  let quietFrom = 0;
  let step = full;
  return {
    async next() {
      if (await isBusy()) quietFrom = clock.now() + QUIET_MS;
      step = clock.now() < quietFrom ? givingWay : full;
      return step.plays;
    },
    rest(workedMs, plays) {
      // All that were looked at stay.
      if (plays === 0) return clock.sleep(workedMs * step.rest, signal);
      step.lately.unshift(workedMs / plays);
      step.lately.splice(REMEMBERED);
      return clock.sleep(Math.min(...step.lately) * plays * step.rest, signal);
    },
  };
}

// How fast retention goes. While no play is ready or runs it removes many at once and hardly rests. While one does, and for a moment after,
// it gives way: few at once, so that nobody waits for long, and rests as long as its work takes.

import type { Clock } from '@hero-logic/platform';

export interface Pace {
  /** How many plays to remove next. */
  next(): Promise<number>;
  /** After work that took so long. */
  rest(workedMs: number): Promise<void>;
}

interface Step {
  readonly plays: number;
  /** Of the time that the work took. */
  readonly rest: number;
}

const FULL: Step = { plays: 250, rest: 0.1 };
const REST_GIVING_WAY = 1;
/** Between two plays that follow each other nothing runs either. */
const QUIET_MS = 250;

export function createPace(options: {
  readonly clock: Clock;
  /** A play is ready or runs. */
  readonly isBusy: () => Promise<boolean>;
  /** Of the store. */
  readonly fewAtOnce: number;
  readonly signal?: AbortSignal | undefined;
}): Pace {
  const { clock, isBusy, fewAtOnce, signal } = options;
  const givingWay: Step = { plays: fewAtOnce, rest: REST_GIVING_WAY };
  let quietFrom = 0;
  let step = FULL;
  return {
    async next() {
      if (await isBusy()) quietFrom = clock.now() + QUIET_MS;
      step = clock.now() < quietFrom ? givingWay : FULL;
      return step.plays;
    },
    rest: (workedMs) => clock.sleep(workedMs * step.rest, signal),
  };
}

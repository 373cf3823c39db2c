// Calls of other services are tried again while they cannot be reached, with growing waits.

import { type Clock, isHeroError, type Reason, toHeroError } from '@hero-logic/platform';

const FIRST_MS = 50;
const MOST_MS = 2000;
/** Anything else is an answer: the same call would get it again. */
const WORTH_ANOTHER_TRY: readonly Reason[] = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INTERNAL'];

export interface RetryOptions {
  readonly clock: Clock;
  readonly withinMs: number;
  readonly abort?: AbortSignal;
}

/** Throws HeroErrors only; after `withinMs`, or when aborted, the last one. */
export async function withRetry<T>(options: RetryOptions, call: () => Promise<T>): Promise<T> {
  const { clock, abort } = options;
  const end = clock.now() + options.withinMs;
  for (let pauseMs = FIRST_MS; ; pauseMs = Math.min(pauseMs * 2, MOST_MS)) {
    try {
      return await call();
    } catch (error) {
      const hero = toHeroError(error);
      const isHopeless = !WORTH_ANOTHER_TRY.some((reason) => isHeroError(hero, reason));
      if (isHopeless || abort?.aborted || clock.now() + pauseMs > end) throw hero;
      await clock.sleep(pauseMs, abort);
    }
  }
}

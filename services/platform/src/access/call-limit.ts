// How many calls one caller may make: a bucket that fills at a steady rate and holds some seconds of it, so that a page that asks for much at
// once goes through and a flood does not. Counted in the process that asks; the callers longest unheard of are forgotten past a bound.

import type { Clock } from '../clock.ts';

export interface CallLimit {
  readonly perSecond: number;
  /** Takes one call of `who`. 0: it may go on; else how long, in ms, until the next one may. */
  take(who: string): number;
}

/** Seconds of calls that may come at once. */
const BURST_S = 10;
/** In thousandths, because so many come in a millisecond for each call a second. */
const CALL = 1000;
const MOST_CALLERS = 10_000;

export function createCallLimit(options: { readonly perSecond: number; readonly clock: Clock }): CallLimit {
  const { perSecond, clock } = options;
  const most = perSecond * BURST_S * CALL;
  const buckets = new Map<string, { readonly left: number; readonly at: number }>();
  return {
    perSecond,
    take(who) {
      const now = clock.now();
      const found = buckets.get(who);
      const gained = found === undefined ? most : Math.max(0, now - found.at) * perSecond;
      const left = Math.min(most, (found?.left ?? 0) + gained);
      const isFree = left >= CALL;
      buckets.delete(who);
      buckets.set(who, { left: isFree ? left - CALL : left, at: now });
      if (buckets.size > MOST_CALLERS) buckets.delete(buckets.keys().next().value as string);
      return isFree ? 0 : Math.ceil((CALL - left) / perSecond);
    },
  };
}

// How fast retention goes. While no play is ready or runs it removes many at once and hardly rests. In the gaps between plays it removes few at
// once, so that a play that begins hardly waits. Beside plays that run it gives way: few at once, with rests by what the work takes when
// nothing comes in between: the shortest batch of late. What plays do in between makes a batch longer, and slows retention down by itself.

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
  /** While nothing runs, and nothing did for a while. */
  readonly full: Gait;
  /** In the gaps between plays. */
  readonly between: Gait;
  /** Beside plays that run: few at once, so that nobody waits for long. */
  readonly givingWay: Gait;
  /** How often it looks for a gap while it gives way. */
  readonly lookEveryMs: number;
}

interface Step extends Gait {
  /** Milliseconds a play, of the last batches. */
  readonly lately: number[];
}

const REMEMBERED = 16;
/** A play that follows another at once leaves no gap. */
const GAP_MS = 5;
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
  const between: Step = { ...gaits.between, lately: [] };
  const givingWay: Step = { ...gaits.givingWay, lately: [] };
  let busyAt = Number.NEGATIVE_INFINITY;
  let step = full;

  /** For how long nothing has run. */
  async function look(): Promise<number> {
    if (await isBusy()) busyAt = clock.now();
    return clock.now() - busyAt;
  }

  /** A rest of so long, or up to the next gap. */
  async function giveWay(ms: number): Promise<void> {
    const until = clock.now() + ms;
    for (let left = ms; left > 0 && !signal?.aborted; left = until - clock.now()) {
      await clock.sleep(Math.min(left, gaits.lookEveryMs), signal);
      if ((await look()) >= GAP_MS) return;
    }
  }

  return {
    async next() {
      // A play that has just begun is not met by a batch at once.
      if ((await look()) < GAP_MS && step !== givingWay)
        await giveWay(shortest(step) * givingWay.plays * givingWay.rest);
      const calm = clock.now() - busyAt;
      step = calm >= QUIET_MS ? full : calm >= GAP_MS ? between : givingWay;
      return step.plays;
    },
    async rest(workedMs, plays) {
      if (plays > 0) {
        step.lately.unshift(workedMs / plays);
        step.lately.splice(REMEMBERED);
      }
      // Where none went, all that were looked at stay.
      const ms = (plays === 0 ? workedMs : shortest(step) * plays) * step.rest;
      if (step === givingWay) await giveWay(ms);
      else if (ms > 0) await clock.sleep(ms, signal);
    },
  };
}

const shortest = ({ lately }: Step) => (lately.length === 0 ? 0 : Math.min(...lately));

// The changes of a play until it has ended: a stream that ends by itself or breaks is taken up again after the last seq. A server
// that was never reached, or stays away, is an error; so is a play that is not there.

import type { Clock } from '@hero-logic/platform/client';
import type { WatchPlayResponse } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { Clients } from '../core/clients.ts';
import { isTransient } from '../core/fail.ts';
import { isTerminal } from '../core/words.ts';

const MOST_FAILURES = 12;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5000;

export interface FollowOptions {
  readonly plays: Pick<Clients['plays'], 'watchPlay'>;
  readonly playSid: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The connection broke and is being made again. */
  readonly onLost?: (error: unknown) => void;
}

export async function* followPlay(options: FollowOptions): AsyncGenerator<WatchPlayResponse> {
  const { plays, playSid, clock, signal } = options;
  let seq = 0n;
  let met = false;
  let ended = false;
  let failures = 0;
  while (!signal.aborted) {
    try {
      for await (const change of plays.watchPlay({ playSid, afterSeq: seq }, { signal })) {
        met = true;
        failures = 0;
        if (change.seq > seq) seq = change.seq;
        if (change.play !== undefined && isTerminal(change.play.status)) ended = true;
        yield change;
      }
      if (ended) return;
    } catch (error) {
      if (signal.aborted || ended) return;
      if (!met || !isTransient(error) || ++failures > MOST_FAILURES) throw error;
      options.onLost?.(error);
    }
    await clock.sleep(Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS), signal);
  }
}

// Follows a play: one server stream after another, each from the last seq, until the play has ended and everything is here.
// At most about ten batches a second reach the listener. No framework, no clock of its own beyond timers.

import type { WatchPlayResponse } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { type ApiError, toApiError } from '../../api/errors.ts';
import { type Play, playFromPb } from '../../models/play.ts';
import { type Span, spanFromPb } from '../../models/span.ts';
import { isEnded } from '../../models/status.ts';

export type LiveState = 'connecting' | 'catching-up' | 'live' | 'offline' | 'ended' | 'failed';

export interface Batch {
  readonly play: Play | undefined;
  readonly spans: readonly Span[];
}

export interface WatchOptions {
  /** `once`: only what is known now, then the end. */
  readonly open: (afterSeq: bigint, signal: AbortSignal, once: boolean) => AsyncIterable<WatchPlayResponse>;
  readonly onBatch: (batch: Batch) => void;
  /** `error` is set for offline (with the time of the next try) and failed (no further try). */
  readonly onState: (state: LiveState, error?: ApiError, retryInMs?: number) => void;
  readonly random?: () => number;
}

const BATCH_MS = 100;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
/** A server ends a long stream by itself: come back at once, but not in a tight loop. */
const REOPEN_MS = 250;
/** A server says something at once: a stream that is silent at its begin is held back on the way, and from then on the page asks again and again. */
const HELD_BACK_MS = 4000;
const ASK_AGAIN_MS = 1000;
/** Longer than a server keeps a stream: one that is silent for so long is dead, though nobody said so. */
const SILENT_MS = 330_000;

export interface Watch {
  /** Follows until the signal is aborted or nothing can change any more. */
  run(signal: AbortSignal): Promise<void>;
  /** Tries again now instead of waiting. */
  retryNow(): void;
  /** Opens a stream anew from where it is: after a sleep of the machine the old one may be dead and not know it. */
  reopen(): void;
}

export function createWatch(options: WatchOptions): Watch {
  const random = options.random ?? Math.random;
  let seq = 0n;
  let ended = false;
  let caughtUp = false;
  let failures = 0;
  let wake: (() => void) | undefined;
  let stream: AbortController | undefined;
  let silent: ReturnType<typeof setTimeout> | undefined;
  let heldBack = false;

  let play: Play | undefined;
  let spans: Span[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (play === undefined && spans.length === 0) return;
    const batch = { play, spans };
    play = undefined;
    spans = [];
    options.onBatch(batch);
  }

  function take(message: WatchPlayResponse): void {
    failures = 0;
    if (message.play !== undefined) {
      play = playFromPb(message.play);
      ended = isEnded(play.status);
    }
    for (const span of message.spans) spans.push(spanFromPb(span));
    if (message.seq > seq) seq = message.seq;
    if (message.caughtUp && !caughtUp) {
      caughtUp = true;
      flush();
      options.onState('live');
    }
    timer ??= setTimeout(flush, BATCH_MS);
  }

  /** One stream, to its end. Gives false when it was left for a new one. */
  async function follow(signal: AbortSignal): Promise<boolean> {
    caughtUp = false;
    if (!heldBack) options.onState(seq === 0n ? 'connecting' : 'catching-up');
    const mine = new AbortController();
    stream = mine;
    expectNews(mine, heldBack ? SILENT_MS : HELD_BACK_MS);
    try {
      for await (const message of options.open(seq, AbortSignal.any([signal, mine.signal]), heldBack)) {
        if (mine.signal.aborted) return false;
        expectNews(mine, SILENT_MS);
        take(message);
      }
    } catch (caught) {
      if (!mine.signal.aborted || signal.aborted) throw caught;
      return false;
    } finally {
      clearTimeout(silent);
      stream = undefined;
    }
    flush();
    return true;
  }

  function expectNews(mine: AbortController, withinMs: number): void {
    clearTimeout(silent);
    silent = setTimeout(() => {
      heldBack = withinMs === HELD_BACK_MS;
      mine.abort();
    }, withinMs);
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(waiting);
        signal.removeEventListener('abort', done);
        wake = undefined;
        resolve();
      };
      const waiting = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      wake = done;
    });
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const whole = await follow(signal);
        if (whole && ended) {
          options.onState('ended');
          return;
        }
        await pause(whole && heldBack ? ASK_AGAIN_MS : REOPEN_MS, signal);
      } catch (caught) {
        if (signal.aborted) break;
        flush();
        const error = toApiError(caught);
        if (!error.retry && error.kind !== 'aborted') {
          options.onState('failed', error);
          return;
        }
        const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++) * (0.75 + random() / 2);
        options.onState('offline', error, wait);
        await pause(wait, signal);
      }
    }
    clearTimeout(timer);
  }

  return { run, retryNow: () => wake?.(), reopen: () => (wake === undefined ? stream?.abort() : wake()) };
}

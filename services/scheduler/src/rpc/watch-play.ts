// WatchPlay: the play and its spans as they change. Signals wake it; changes that come close together travel in one message, at
// most about twenty a second, the first one at once. It ends when the play has ended and all its spans were sent, or after minutes; asked for
// once, when all that is known has been sent.

import { create } from '@bufbuild/protobuf';
import { type Signals, toHeroError, topics } from '@hero-logic/platform';
import {
  type WatchPlayResponse,
  WatchPlayResponseSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { Spans } from '../clients/spans.ts';
import type { CommandDeps } from '../domain/commands/deps.ts';
import { playNotFound } from '../domain/errors.ts';
import { isTerminal } from '../domain/play.ts';
import { playDetailsToPb } from './play-codec.ts';

export interface PlayWatch {
  readonly playSid: string;
  readonly afterSeq: bigint;
  readonly once: boolean;
  readonly abort: AbortSignal;
}

const PAGE = 1000;
const GAP_MS = 50;
const RECHECK_MS = 5000;
const LONGEST_MS = 5 * 60_000;

interface Sent {
  readonly seq: bigint;
  readonly rev: number;
  readonly caughtUp: boolean;
}

export async function* watchPlay(deps: CommandDeps, spans: Spans, watch: PlayWatch): AsyncGenerator<WatchPlayResponse> {
  const { clock } = deps;
  const end = clock.now() + LONGEST_MS;
  const changes = listen(deps.signals, watch);
  let sent: Sent = { seq: watch.afterSeq, rev: 0, caughtUp: false };
  let sentAt = 0;
  try {
    while (!watch.abort.aborted) {
      changes.clear();
      const look = await lookAt(deps, spans, watch, sent);
      if (look.message !== undefined) {
        yield look.message;
        sentAt = clock.now();
      }
      if (look.failure !== undefined) throw look.failure;
      sent = look.sent;
      if (!sent.caughtUp) continue;
      if (watch.once || look.ended || clock.now() >= end) return;
      await changes.wait(Math.min(RECHECK_MS, end - clock.now()));
      const gap = sentAt + GAP_MS - clock.now();
      if (gap > 0) await clock.sleep(gap, watch.abort);
    }
  } finally {
    changes.close();
  }
}

interface Look {
  readonly message?: WatchPlayResponse;
  readonly failure?: Error;
  readonly sent: Sent;
  readonly ended: boolean;
}

/** What is new since `sent`. The play is read first: whatever it says has ended by then is among the spans that are read after it. */
async function lookAt(deps: CommandDeps, spans: Spans, watch: PlayWatch, sent: Sent): Promise<Look> {
  const details = await deps.store.details(watch.playSid);
  if (details === undefined) throw playNotFound(watch.playSid);
  const { rev, status } = details.play;
  const news = rev !== sent.rev;
  const play = news ? { play: playDetailsToPb(details, deps.clock.now()) } : {};
  const ended = isTerminal(status);
  try {
    const page = await spans.changedAfter(watch.playSid, sent.seq, PAGE, watch.abort);
    const seq = page.nextSeq > sent.seq ? page.nextSeq : sent.seq;
    const caughtUp = page.spans.length < PAGE;
    const next = { seq, rev, caughtUp };
    if (!news && page.spans.length === 0 && (sent.caughtUp || !caughtUp)) return { sent: next, ended };
    const message = create(WatchPlayResponseSchema, { ...play, spans: page.spans, seq, caughtUp });
    return { message, sent: next, ended };
  } catch (error) {
    // The play is told even so; then the watcher has to come again, and goes on where it was.
    const failure = toHeroError(error);
    if (!news) return { failure, sent, ended };
    return { message: create(WatchPlayResponseSchema, { ...play, seq: sent.seq }), failure, sent, ended };
  }
}

interface Changes {
  /** Forgets the changes so far. */
  clear(): void;
  /** Until a change since the last clear, the watcher goes away, or the time is over. */
  wait(ms: number): Promise<void>;
  close(): void;
}

function listen(signals: Signals, watch: PlayWatch): Changes {
  let noted = false;
  let wake = () => {};
  const note = () => {
    noted = true;
    wake();
  };
  const stops = [topics.play(watch.playSid), topics.spans(watch.playSid)].map((t) => signals.subscribe(t, note));
  watch.abort.addEventListener('abort', note, { once: true });
  return {
    clear: () => {
      noted = false;
    },
    wait: (ms) =>
      new Promise((resolve) => {
        if (noted || watch.abort.aborted) return resolve();
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    close() {
      for (const stop of stops) stop();
      watch.abort.removeEventListener('abort', note);
    },
  };
}

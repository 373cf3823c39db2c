// One opened play: the stream, the spans and what the page says about them. Runes only hold counters and small values.

import { plays, spans } from '../../api/clients.ts';
import type { ApiError } from '../../api/errors.ts';
import type { Play } from '../../models/play.ts';
import type { Span } from '../../models/span.ts';
import { type Row, SpanStore } from '../../models/span-store.ts';
import { type Documents, SpanDocuments } from './documents.ts';
import { createWatch, type LiveState } from './watch.ts';

export interface Session {
  readonly play: Play | undefined;
  readonly live: LiveState;
  readonly error: ApiError | undefined;
  readonly retryAt: number | undefined;
  readonly rows: readonly Row[];
  readonly size: number;
  readonly store: SpanStore;
  span(id: string): Span | undefined;
  documents(id: string): Documents | undefined;
  want(list: readonly Span[]): void;
  /** A reply of the server that is newer than the stream. */
  show(play: Play): void;
  retryNow(): void;
  /** Begins to follow; call it in an effect and return the result. */
  open(): () => void;
}

/** A tab that was away for so long asks anew: its machine may have slept. */
const AWAY_MS = 60_000;

export function createSession(playSid: string): Session {
  const store = new SpanStore();
  let play = $state.raw<Play>();
  let live = $state<LiveState>('connecting');
  let error = $state.raw<ApiError>();
  let retryAt = $state<number>();
  let version = $state(0);
  let documentsVersion = $state(0);

  const documents = new SpanDocuments(
    (request) => spans.listSpans({ playSid, ...request }),
    () => documentsVersion++,
  );
  const watch = createWatch({
    open: (afterSeq, signal) => plays.watchPlay({ playSid, afterSeq }, { signal }),
    onBatch: (batch) => {
      if (batch.play !== undefined) play = batch.play;
      store.apply(batch.spans);
    },
    onState: (state, failure, retryInMs) => {
      live = state;
      error = failure;
      retryAt = retryInMs === undefined ? undefined : Date.now() + retryInMs;
    },
  });
  let closed = new AbortController();

  return {
    store,
    get play() {
      return play;
    },
    get live() {
      return live;
    },
    get error() {
      return error;
    },
    get retryAt() {
      return retryAt;
    },
    get rows() {
      void version;
      return store.rows();
    },
    get size() {
      void version;
      return store.size;
    },
    span(id) {
      void version;
      return store.get(id);
    },
    documents(id) {
      void documentsVersion;
      return documents.get(id);
    },
    want: (list) => void documents.want(list),
    show(fresh) {
      play = fresh;
    },
    retryNow() {
      if (live === 'failed') void watch.run(closed.signal);
      else watch.retryNow();
    },
    open() {
      closed = new AbortController();
      const stopListening = store.subscribe(() => {
        version = store.version;
      });
      let hiddenAt = 0;
      const seen = () => {
        if (document.visibilityState === 'hidden') hiddenAt = Date.now();
        else if (Date.now() - hiddenAt > AWAY_MS) watch.reopen();
      };
      addEventListener('online', watch.reopen);
      document.addEventListener('visibilitychange', seen);
      void watch.run(closed.signal);
      return () => {
        closed.abort();
        stopListening();
        removeEventListener('online', watch.reopen);
        document.removeEventListener('visibilitychange', seen);
      };
    },
  };
}

// One opened play: the stream, the spans and what the page says about them. Runes only hold counters and small values.

import { untrack } from 'svelte';
import { plays } from '../../api/clients/plays.ts';
import { spans } from '../../api/clients/spans.ts';
import type { ApiError } from '../../api/errors.ts';
import { firstLook } from '../../api/first-look.ts';
import { spanAsOf } from '../../models/as-of.ts';
import { type Play, playFromPb } from '../../models/play.ts';
import { type Span, spanFromPb } from '../../models/span.ts';
import { spanFilterOf } from '../../models/span-filter.ts';
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
  /** What is shown: the play as it is, or as it stood at a moment. */
  readonly store: SpanStore;
  /** Grows with every change of what is shown. */
  readonly version: number;
  span(id: string): Span | undefined;
  documents(id: string): Documents | undefined;
  want(list: readonly Span[]): void;
  /** Shows the play as it stood at a moment; undefined = now. */
  showMoment(at: number | undefined): void;
  setDepth(depth: number | undefined): void;
  setFilter(text: string): void;
  /** A reply of the server that is newer than the stream. */
  show(play: Play): void;
  retryNow(): void;
  /** Begins to follow; call it in an effect and return the result. */
  open(): () => void;
}

/** A tab that was away for so long asks anew: its machine may have slept. */
const AWAY_MS = 60_000;
/** The stream waits no longer than this for what is shown first. */
const PATIENCE_MS = 1000;

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What was changed is on the screen; a hidden tab paints nothing and does not wait for it. */
function painted(): Promise<void> {
  const frame = new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return Promise.race([frame, after(100)]);
}

export function createSession(playSid: string): Session {
  const whole = new SpanStore();
  let store = whole;
  let stopListening: (() => void) | undefined;
  let depth: number | undefined;
  let filter = '';
  let moment: number | undefined;
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
    open: (afterSeq, signal, once) => plays.watchPlay({ playSid, afterSeq, once }, { signal }),
    onBatch: (batch) => {
      if (batch.play !== undefined) play = batch.play;
      whole.apply(batch.spans);
    },
    onState: (state, failure, retryInMs) => {
      live = state;
      error = failure;
      retryAt = retryInMs === undefined ? undefined : Date.now() + retryInMs;
    },
  });
  let closed = new AbortController();

  function bump(): void {
    version++;
  }

  function use(next: SpanStore): void {
    stopListening?.();
    store = next;
    if (depth !== undefined && store.depth !== depth) store.setDepth(depth);
    store.setFilter(spanFilterOf(filter));
    stopListening = store.subscribe(bump);
    untrack(bump);
  }

  /** The first steps, every failed and every waiting one are painted before the rest streams in: reading that takes a while. */
  async function lookFirst(signal: AbortSignal): Promise<void> {
    try {
      const look = await firstLook(playSid, signal);
      play ??= playFromPb(look.play);
      whole.apply(look.skeleton.spans.map(spanFromPb));
    } catch {
      // The stream brings the same, only later, and says what is wrong.
    }
    await painted();
  }

  async function follow(signal: AbortSignal): Promise<void> {
    await Promise.race([lookFirst(signal), after(PATIENCE_MS)]);
    await watch.run(signal);
  }

  return {
    get store() {
      void version;
      return store;
    },
    get version() {
      return version;
    },
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
      return whole.size;
    },
    span(id) {
      void version;
      return store.get(id) ?? whole.get(id);
    },
    documents(id) {
      void documentsVersion;
      return documents.get(id);
    },
    want: (list) => void documents.want(list),
    showMoment(at) {
      if (at === moment) return;
      moment = at;
      if (at === undefined) return use(whole);
      const then = new SpanStore();
      then.apply(whole.all().flatMap((s) => spanAsOf(s, at) ?? []));
      use(then);
    },
    setDepth(next) {
      if (next === depth) return;
      depth = next;
      if (next !== undefined) store.setDepth(next);
    },
    setFilter(text) {
      if (text === filter) return;
      filter = text;
      store.setFilter(spanFilterOf(text));
    },
    show(fresh) {
      play = fresh;
    },
    retryNow() {
      if (live === 'failed') void watch.run(closed.signal);
      else watch.retryNow();
    },
    open() {
      closed = new AbortController();
      use(store);
      let hiddenAt = 0;
      const seen = () => {
        if (document.visibilityState === 'hidden') hiddenAt = Date.now();
        else if (Date.now() - hiddenAt > AWAY_MS) watch.reopen();
      };
      addEventListener('online', watch.reopen);
      document.addEventListener('visibilitychange', seen);
      void follow(closed.signal);
      return () => {
        closed.abort();
        stopListening?.();
        removeEventListener('online', watch.reopen);
        document.removeEventListener('visibilitychange', seen);
      };
    },
  };
}

import { untrack } from 'svelte';
import { type ApiError, toApiError } from './errors.ts';

/** Something read from the server. While it is read again, what was there stays. */
export interface Load<T> {
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly busy: boolean;
  reload(): Promise<void>;
  stop(): void;
}

export function createLoad<T>(read: (signal: AbortSignal, before: T | undefined) => Promise<T>): Load<T> {
  let data = $state.raw<T>();
  let error = $state.raw<ApiError>();
  let busy = $state(false);
  let current: AbortController | undefined;

  async function reload(): Promise<void> {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    busy = true;
    try {
      // What was there before is no reason for an effect to read again.
      const before = untrack(() => data);
      const fresh = await read(mine.signal, before);
      if (mine.signal.aborted) return;
      data = fresh;
      error = undefined;
    } catch (caught) {
      if (mine.signal.aborted) return;
      error = toApiError(caught);
    }
    busy = false;
  }

  return {
    get data() {
      return data;
    },
    get error() {
      return error;
    },
    get busy() {
      return busy;
    },
    reload,
    stop: () => current?.abort(),
  };
}

/** Reads again every `ms` while the page is seen; call it in an effect and return the result. */
export function every(ms: number, run: () => void): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') run();
  }, ms);
  const onVisible = () => {
    if (document.visibilityState === 'visible') run();
  };
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', onVisible);
  };
}

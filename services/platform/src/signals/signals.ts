// Hints that something may have changed. A signal carries no data and may be lost, doubled or late: whoever waits also looks at
// the store after a time-out, so that losing every signal costs latency and never correctness.

export interface Signals {
  publish(topic: string): void;
  /** Calls `fn` for each signal on the topic until the returned function is called. `fn` must not throw. */
  subscribe(topic: string, fn: () => void): () => void;
}

export const topics = {
  playsReady: 'plays.ready',
  play: (playSid: string) => `play.${playSid}`,
  spans: (playSid: string) => `spans.${playSid}`,
  cancel: 'plays.cancel',
} as const;

export function createInProcessSignals(): Signals {
  const listeners = new Map<string, Set<() => void>>();
  return {
    publish(topic) {
      for (const fn of [...(listeners.get(topic) ?? [])]) fn();
    },
    subscribe(topic, fn) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(fn));
      return () => {
        set.delete(fn);
        if (set.size === 0 && listeners.get(topic) === set) listeners.delete(topic);
      };
    },
  };
}

export interface WaitOptions<T> {
  readonly signals: Signals;
  readonly topics: readonly string[];
  /** Looks at the store: a value ends the wait, undefined goes on waiting. */
  readonly check: () => Promise<T | undefined> | T | undefined;
  /** Milliseconds until the wait gives up; Infinity = never. */
  readonly timeoutMs: number;
  readonly abort?: AbortSignal | undefined;
  /** How long to trust the signals before looking again. */
  readonly recheckMs?: number;
}

/** Waits until `check` has a value; undefined when the time is over or the caller went away. Subscribes before the first look, so nothing is missed. */
export async function waitUntil<T>(options: WaitOptions<T>): Promise<T | undefined> {
  const { signals, abort, recheckMs = 5000 } = options;
  const end = performance.now() + options.timeoutMs;
  let signalled = false;
  let wake: () => void = () => {};
  const onSignal = () => {
    signalled = true;
    wake();
  };
  const unsubscribe = options.topics.map((t) => signals.subscribe(t, onSignal));
  abort?.addEventListener('abort', onSignal, { once: true });
  try {
    for (;;) {
      signalled = false;
      const value = await options.check();
      if (value !== undefined) return value;
      if (abort?.aborted) return undefined;
      const left = end - performance.now();
      if (left <= 0) return undefined;
      if (signalled) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, recheckMs));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    for (const stop of unsubscribe) stop();
    abort?.removeEventListener('abort', onSignal);
  }
}

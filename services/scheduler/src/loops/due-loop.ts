// A loop that sleeps until something is due: until the earliest due time, a signal that one came nearer, or (signals may get lost)
// some seconds. It does not poll: without anything due it looks once per recheck.

import type { Clock, Log, Loop, Signals } from '@hero-logic/platform';

export interface DueLoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly signals: Signals;
  readonly log: Log;
  /** A signal on one of these makes the loop look again. */
  readonly topics: readonly string[];
  readonly nextDue: () => Promise<number | undefined>;
  /** How long to sleep at most; 5 s unless told. */
  readonly recheckMs?: number;
  /** Does what is due; a long one ends when the signal aborts. */
  readonly turn: (signal: AbortSignal) => Promise<void>;
}

const RECHECK_MS = 5000;
const PAUSE_AFTER_FAILURE_MS = 500;

export function createDueLoop(options: DueLoopOptions): Loop {
  const { clock, log, name, recheckMs = RECHECK_MS } = options;

  async function step(waker: Waker, signal: AbortSignal): Promise<void> {
    waker.reset();
    const due = await options.nextDue();
    const left = due === undefined ? recheckMs : due - clock.now();
    if (left <= 0) {
      await options.turn(signal);
      // A store that answers within the turn of the event loop must not keep everybody else from theirs.
      return new Promise((resolve) => setImmediate(resolve));
    }
    if (waker.woken()) return;
    await clock.sleep(Math.min(left, recheckMs), AbortSignal.any([signal, waker.signal()]));
  }

  return {
    name,
    async run(signal) {
      const waker = createWaker(options.signals, options.topics);
      try {
        while (!signal.aborted) {
          try {
            await step(waker, signal);
          } catch (error) {
            if (signal.aborted) break;
            log.error({ err: error, loop: name }, 'a turn of the loop failed');
            await clock.sleep(PAUSE_AFTER_FAILURE_MS, signal);
          }
        }
      } finally {
        waker.close();
      }
    },
  };
}

interface Waker {
  /** From now on signals count anew. */
  reset(): void;
  woken(): boolean;
  /** Aborts with the first signal since the reset. */
  signal(): AbortSignal;
  close(): void;
}

/** A reason of its own: without one each abort would make a DOMException with the stack of its place. */
const WOKEN = new Error('woken');

function createWaker(signals: Signals, topics: readonly string[]): Waker {
  let controller = new AbortController();
  const unsubscribe = topics.map((topic) => signals.subscribe(topic, () => controller.abort(WOKEN)));
  return {
    reset() {
      if (controller.signal.aborted) controller = new AbortController();
    },
    woken: () => controller.signal.aborted,
    signal: () => controller.signal,
    close() {
      for (const stop of unsubscribe) stop();
    },
  };
}

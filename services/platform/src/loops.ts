// Background work: a loop runs until its signal aborts, and a failure of one turn is logged and followed by a pause, never fatal.

import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

export interface Loop {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

export interface PeriodicLoopOptions {
  readonly name: string;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly turn: (signal: AbortSignal) => Promise<void>;
}

/** Runs `turn` at once and then every `everyMs`. */
export function createPeriodicLoop(options: PeriodicLoopOptions): Loop {
  return {
    name: options.name,
    async run(signal) {
      while (!signal.aborted) {
        try {
          await options.turn(signal);
        } catch (error) {
          if (!signal.aborted) options.log.error({ err: error, loop: options.name }, 'a turn of the loop failed');
        }
        await options.clock.sleep(options.everyMs, signal);
      }
    },
  };
}

/** Starts loops; `stop` aborts them and waits until all have ended. */
export function startLoops(loops: readonly Loop[]): { stop(): Promise<void> } {
  const controller = new AbortController();
  const running = loops.map((loop) => loop.run(controller.signal));
  return {
    async stop() {
      controller.abort();
      await Promise.allSettled(running);
    },
  };
}

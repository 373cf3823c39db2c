// The runs of this process, one per play, at most `slots`.

import type { Claim } from './claim.ts';
import type { RunDeps } from './context.ts';
import { type Run, startRun } from './run.ts';

export interface HeldRun {
  readonly run: Run;
  /** When the lease was last known to hold, by our clock. */
  leasedAtMs: number;
}

export interface Runs {
  start(claim: Claim): void;
  free(): number;
  held(): readonly HeldRun[];
  /** Resolves when a run ends, or `abort` aborts. */
  change(abort: AbortSignal): Promise<void>;
  /** How many runs in a row found no working sandbox. */
  sandboxFailures(): number;
  /** Stops what still runs after `graceMs`, and resolves once all has ended. */
  drain(graceMs: number): Promise<void>;
}

export function createRuns(deps: RunDeps): Runs {
  const { clock, config, log } = deps;
  const held = new Map<string, HeldRun>();
  const listeners = new Set<() => void>();
  let sandboxFailures = 0;
  let starting = 0;

  async function start(claim: Claim): Promise<void> {
    starting += 1;
    try {
      // The scheduler gave the play out again, so the lease of the run that is still here is gone.
      for (let old = held.get(claim.playSid); old !== undefined; old = held.get(claim.playSid)) {
        log.warn({ play_sid: claim.playSid }, 'a play came back while it was still running; the old run is killed');
        old.run.lose();
        await old.run.done;
        await Promise.resolve();
      }
    } finally {
      starting -= 1;
    }
    const run = startRun(deps, claim);
    held.set(claim.playSid, { run, leasedAtMs: clock.now() });
    const { isSandboxDown } = await run.done;
    sandboxFailures = isSandboxDown ? sandboxFailures + 1 : 0;
    held.delete(claim.playSid);
    for (const wake of [...listeners]) wake();
  }

  function change(abort: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        listeners.delete(wake);
        abort.removeEventListener('abort', wake);
        resolve();
      };
      if (abort.aborted) return resolve();
      listeners.add(wake);
      abort.addEventListener('abort', wake, { once: true });
    });
  }

  async function end(): Promise<void> {
    while (held.size + starting > 0) await Promise.all([...held.values()].map(({ run }) => run.done)).then(settle);
  }

  return {
    start: (claim) => void start(claim),
    free: () => config.slots - held.size - starting,
    held: () => [...held.values()],
    change,
    sandboxFailures: () => sandboxFailures,
    async drain(graceMs) {
      const late = new AbortController();
      const ended = end().then(() => late.abort());
      await clock.sleep(graceMs, late.signal);
      for (const { run } of held.values()) run.stop('release');
      await ended;
    },
  };
}

/** Lets the continuations of what has just ended run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

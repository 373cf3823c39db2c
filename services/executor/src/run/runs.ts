// The runs of this process, one per play. Each takes as many slots as its version says; until that is known nothing more is claimed.

import type { RunnableVersion } from './catalog.ts';
import type { Claim } from './claim.ts';
import type { RunDeps } from './context.ts';
import { type Run, startRun } from './run.ts';

export interface HeldRun {
  readonly run: Run;
  /** When the lease was last known to hold, by our clock. */
  leasedAtMs: number;
  /** Slots that it takes; undefined = not known yet. */
  slots: number | undefined;
}

export interface Runs {
  start(claim: Claim): void;
  /** Negative while a play runs that costs more than there is. */
  free(): number;
  held(): readonly HeldRun[];
  /** Resolves when a run ends or its cost becomes known, or `abort` aborts. */
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
    const one: HeldRun = { run, leasedAtMs: clock.now(), slots: costOf(deps.catalog.known(claim.versionSid)) };
    held.set(claim.playSid, one);
    deps.onCount?.(held.size);
    if (one.slots === undefined) void learnCost(one);
    const { isSandboxDown } = await run.done;
    sandboxFailures = isSandboxDown ? sandboxFailures + 1 : 0;
    held.delete(claim.playSid);
    deps.onCount?.(held.size);
    changed();
  }

  async function learnCost(one: HeldRun): Promise<void> {
    // The run asks for the same version and says what is wrong with it.
    const version = await deps.catalog.version(one.run.claim.versionSid).catch(() => undefined);
    one.slots = costOf(version) ?? 1;
    changed();
  }

  function changed(): void {
    for (const wake of [...listeners]) wake();
  }

  function free(): number {
    let left = config.slots - starting;
    for (const { slots } of held.values()) {
      if (slots === undefined) return 0;
      left -= slots;
    }
    return left;
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
    free,
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

function costOf(version: RunnableVersion | undefined): number | undefined {
  return version === undefined ? undefined : Math.max(1, version.limits.slotCost);
}

/** Lets the continuations of what has just ended run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

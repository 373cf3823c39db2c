/**
 * Claims plays while there are free slots. A failure is followed by a growing pause, and so is a sandbox that does not work.
 *
 * The signal that a play is ready comes before the play is durable. Where nothing else runs a process makes itself ready meanwhile;
 * among running plays that would only take the processor from them.
 */

import { createClient, type Transport } from '@connectrpc/connect';
import { type Clock, type Log, type Loop, type Signals, toHeroError, topics } from '@hero-logic/platform';
import { LeaseService } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import type { Interpreters } from '../interpreters/interpreter.ts';
import { claimFromPb } from '../run/claim.ts';
import type { Runs } from '../run/runs.ts';

const WAIT_MS = 20_000;
/** While plays run: the slots that they leave are offered soon, for a play may need more of them than the call before had. */
const WAIT_WHILE_BUSY_MS = 1000;
/** How much longer than asked a long poll may take before it counts as failed. */
const SLACK_MS = 10_000;
const BACKOFF_MS = { first: 100, most: 5000 };

export interface AcquireOptions {
  readonly scheduler: Transport;
  readonly runs: Runs;
  readonly executorId: string;
  readonly interpreters: Pick<Interpreters, 'expect'>;
  readonly signals: Signals;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when nothing more is to be claimed. */
  readonly drain: AbortSignal;
}

export function createAcquireLoop(options: AcquireOptions): Loop {
  const { runs, clock, log, executorId } = options;
  const client = createClient(LeaseService, options.scheduler);

  async function claim(signal: AbortSignal): Promise<void> {
    const waitMs = runs.held().length === 0 ? WAIT_MS : WAIT_WHILE_BUSY_MS;
    const call = { signal, timeoutMs: waitMs + SLACK_MS };
    const request = { executorId, freeSlots: runs.free(), waitMs: BigInt(waitMs) };
    const { plays } = await client.acquirePlays(request, call);
    for (const play of plays) runs.start(claimFromPb(play, clock.now()));
    // They get their processes going before the next call is made.
    if (plays.length > 0) await nextTurn();
  }

  function onReady(): void {
    if (runs.held().length === 0) options.interpreters.expect?.();
  }

  async function claimAll(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      if (runs.free() <= 0) {
        await runs.change(signal);
        continue;
      }
      try {
        await claim(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        log.warn({ err: toHeroError(error), failures }, 'no plays could be claimed');
      }
      const trouble = Math.max(failures, runs.sandboxFailures());
      if (trouble > 0) await clock.sleep(Math.min(BACKOFF_MS.first * 2 ** (trouble - 1), BACKOFF_MS.most), signal);
    }
  }

  return {
    name: 'executor.acquire',
    async run(stop) {
      const unsubscribe = options.signals.subscribe(topics.playsReady, onReady);
      try {
        await claimAll(AbortSignal.any([stop, options.drain]));
      } finally {
        unsubscribe();
      }
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

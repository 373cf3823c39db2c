/**
 * Keeps the leases of all runs, every third of their time and whenever somebody cancels or holds a play.
 *
 * - cancel: the run is stopped and reports CANCELLED, terminate: without grace. hold: it stops at its next step boundary and
 *   reports RELEASED. lost: the run is killed at once and reports nothing.
 * - When the scheduler cannot be reached, each run is killed before its lease can expire by our clock, counted from the
 *   moment the last good renewal was sent: afterwards another executor may run the play.
 */

import { createClient, type Transport } from '@connectrpc/connect';
import { type Clock, type Log, type Loop, type Signals, toHeroError, topics } from '@hero-logic/platform';
import { LeaseService, LeaseState } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import type { HeldRun, Runs } from '../run/runs.ts';

export interface RenewOptions {
  readonly scheduler: Transport;
  readonly runs: Runs;
  readonly executorId: string;
  readonly leaseTtlMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly signals: Signals;
}

export function createRenewLoop(options: RenewOptions): Loop {
  const { runs, clock, log, executorId, leaseTtlMs } = options;
  const client = createClient(LeaseService, options.scheduler);
  // Whole numbers: a deadline with a fraction is refused on the wire.
  const pace = {
    everyMs: Math.floor(leaseTtlMs / 3),
    againMs: Math.floor(leaseTtlMs / 12),
    callMs: Math.floor(leaseTtlMs / 6),
    killAfterMs: Math.floor(leaseTtlMs * 0.7),
  };

  /** Whether the scheduler answered. */
  async function renew(): Promise<boolean> {
    const held = runs.held();
    if (held.length === 0) return true;
    const sentAtMs = clock.now();
    const leases = held.map(({ run }) => ({ playSid: run.claim.playSid, leaseToken: run.claim.leaseToken }));
    try {
      const { renewals } = await client.renewLeases({ executorId, leases }, { timeoutMs: pace.callMs });
      held.forEach((one, i) => {
        settle(one, renewals[i]?.state ?? LeaseState.LOST, sentAtMs);
      });
      return true;
    } catch (error) {
      log.warn({ err: toHeroError(error), runs: held.length }, 'leases could not be renewed');
      return false;
    }
  }

  function settle(held: HeldRun, state: LeaseState, sentAtMs: number): void {
    if (state !== LeaseState.LOST) held.leasedAtMs = sentAtMs;
    if (state === LeaseState.OK) held.run.unhold();
    if (state === LeaseState.HOLD) held.run.hold();
    if (state === LeaseState.CANCEL) held.run.stop('cancel');
    if (state === LeaseState.TERMINATE) held.run.stop('terminate');
    if (state === LeaseState.LOST) {
      log.warn({ play_sid: held.run.claim.playSid }, 'the lease of a play is lost; its run is killed');
      held.run.lose();
    }
  }

  function killExpiring(): void {
    for (const { run, leasedAtMs } of runs.held()) {
      if (clock.now() - leasedAtMs < pace.killAfterMs) continue;
      log.error({ play_sid: run.claim.playSid }, 'the lease of a play could not be renewed in time; its run is killed');
      run.lose();
    }
  }

  return {
    name: 'executor.renew',
    async run(stop) {
      while (!stop.aborted) {
        const wake = new AbortController();
        const unsubscribe = options.signals.subscribe(topics.cancel, () => wake.abort());
        const isFine = await renew();
        killExpiring();
        const pauseMs = isFine ? pace.everyMs : pace.againMs;
        await clock.sleep(pauseMs, AbortSignal.any([stop, wake.signal]));
        unsubscribe();
      }
    },
  };
}

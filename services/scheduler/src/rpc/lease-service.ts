// LeaseService: translates for the executors.

import type { ServiceImpl } from '@connectrpc/connect';
import { timeToPb } from '@hero-logic/platform';
import type { LeaseService } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { CommandDeps } from '../domain/commands/deps.ts';
import { recordChildAndLinger } from '../domain/commands/record-child.ts';
import { recordPause } from '../domain/commands/record-pause.ts';
import { renewLeases } from '../domain/commands/renew-leases.ts';
import { reportPlay } from '../domain/commands/report-play.ts';
import { withdrawPauses } from '../domain/commands/withdraw-pauses.ts';
import { type ExecutorStore, MISSED_FOR_MS } from '../domain/executor/executor-store.ts';
import type { ClaimQueue } from '../loops/claim-queue.ts';
import { executorStateFromPb } from './health-codec.ts';
import {
  childRecordedToPb,
  claimedToPb,
  leaseFromPb,
  leaseStateToPb,
  recordChildFromPb,
  recordedToPb,
  recordPauseFromPb,
  reportPlayFromPb,
} from './lease-codec.ts';
import { statusToPb } from './play-codec.ts';

export interface LeaseServiceOptions {
  readonly deps: CommandDeps;
  readonly executors: ExecutorStore;
  readonly queue: ClaimQueue;
  /** Resolves when the plays of the process before have been put back: no claim before that. */
  readonly ready: () => Promise<void>;
}

export function createLeaseService({
  deps,
  executors,
  queue,
  ready,
}: LeaseServiceOptions): ServiceImpl<typeof LeaseService> {
  return {
    async acquirePlays(request, context) {
      await ready();
      const claimed = await queue.acquire({
        executorId: request.executorId,
        freeSlots: request.freeSlots,
        waitMs: Number(request.waitMs),
        abort: context.signal,
      });
      const now = deps.clock.now();
      return { plays: claimed.map((play) => claimedToPb(play, now)) };
    },
    async renewLeases(request) {
      const leases = request.leases.map((lease) => ({ playSid: lease.playSid, token: lease.leaseToken }));
      const { states, expiresAt } = await renewLeases(deps, leases);
      const renewals = leases.map(({ playSid }, index) => {
        const state = states[index] ?? 'lost';
        const held = state === 'lost' ? {} : { leaseExpiresAt: timeToPb(expiresAt) };
        return { playSid, state: leaseStateToPb(state), ...held };
      });
      return { renewals };
    },
    async recordPause(request, context) {
      if (request.kind === WaitKind.CHILD) {
        const recording = recordChildFromPb(request);
        return childRecordedToPb(await recordChildAndLinger(deps, recording, context.signal));
      }
      return recordedToPb(await recordPause(deps, recordPauseFromPb(request)));
    },
    async withdrawPauses(request) {
      await withdrawPauses(deps, { ...leaseFromPb(request), resumeIds: request.resumeIds });
      return {};
    },
    async reportPlay(request) {
      return { status: statusToPb(await reportPlay(deps, reportPlayFromPb(request))) };
    },
    async reportExecutor({ state, leaving }) {
      if (state === undefined) return {};
      await ready();
      const seenAt = deps.clock.now();
      if (leaving) await executors.remove(state.executorId);
      else await executors.put({ seenAt, state: executorStateFromPb(state) });
      await executors.forget(seenAt - MISSED_FOR_MS);
      return {};
    },
  };
}

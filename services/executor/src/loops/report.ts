// Tells the scheduler how this executor does, twice within the time of a lease, and at its end that it leaves.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { createClient, type Transport } from '@connectrpc/connect';
import type { Clock, Loop, ReadProcessState } from '@hero-logic/platform';
import type { ExecutorStateSchema } from '@hero-logic/proto/herologic/scheduler/v1/executor_state_pb';
import { LeaseService } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import type { Interpreters } from '../interpreters/interpreter.ts';
import type { Runs } from '../run/runs.ts';

export interface ReportOptions {
  readonly scheduler: Transport;
  readonly executorId: string;
  readonly slots: number;
  readonly leaseTtlMs: number;
  readonly runs: Runs;
  readonly interpreters: Interpreters;
  readonly processState: ReadProcessState;
  /** Aborts when nothing more is to be claimed. */
  readonly drain: AbortSignal;
  readonly clock: Clock;
}

export function createReportLoop(options: ReportOptions): Loop {
  const { runs, interpreters, executorId, slots, drain, clock } = options;
  const client = createClient(LeaseService, options.scheduler);
  const everyMs = Math.floor(options.leaseTtlMs / 2);

  async function state(): Promise<MessageInitShape<typeof ExecutorStateSchema>> {
    const { needs, busyShare } = await options.processState();
    return {
      ...{ executorId, slots, draining: drain.aborted, tier: interpreters.tier, missing: interpreters.missing },
      ...{ freeSlots: Math.max(0, runs.free()), running: runs.held().length, hotSpares: interpreters.stats().hot },
      sandboxFailures: runs.sandboxFailures(),
      process: {
        busyShare,
        needs: needs.map((need) => ({ ...need, problem: need.problem ?? '', answerMs: BigInt(need.answerMs) })),
      },
    };
  }

  async function report(leaving: boolean): Promise<void> {
    try {
      await client.reportExecutor({ state: await state(), leaving }, { timeoutMs: everyMs });
    } catch {
      // Whoever claims and renews says that the scheduler is away; the next report says what this one would have.
    }
  }

  return {
    name: 'executor.report',
    async run(stop) {
      while (!stop.aborted) {
        await report(false);
        await clock.sleep(everyMs, stop);
      }
      await report(true);
    },
  };
}

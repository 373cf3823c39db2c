// What executors say of themselves, and what operators read of it.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { type CheckResult, type ProcessState, timeToPb } from '@hero-logic/platform';
import type {
  ExecutorStateSchema,
  ExecutorState as PbExecutorState,
  ProcessState as PbProcessState,
  ProcessStateSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/executor_state_pb';
import type { QueueHealthSchema, SeenExecutorSchema } from '@hero-logic/proto/herologic/scheduler/v1/health_service_pb';
import { type ExecutorState, isSilent, type SeenExecutor } from '../domain/executor/executor-store.ts';
import type { PlayFigures } from '../domain/play-figures.ts';

export function executorStateFromPb({ process, $typeName, $unknown, ...plain }: PbExecutorState): ExecutorState {
  return { ...plain, process: processStateFromPb(process) };
}

function processStateFromPb(process: PbProcessState | undefined): ProcessState {
  const needs = (process?.needs ?? []).map(
    ({ name, problem, answerMs }): CheckResult => ({
      ...{ name, answerMs: Number(answerMs) },
      problem: problem === '' ? undefined : problem,
    }),
  );
  return { needs, busyShare: process?.busyShare ?? 0 };
}

export function processStateToPb({ needs, busyShare }: ProcessState): MessageInitShape<typeof ProcessStateSchema> {
  return {
    busyShare,
    needs: needs.map(({ name, problem, answerMs }) => ({ name, problem: problem ?? '', answerMs: BigInt(answerMs) })),
  };
}

export function seenExecutorToPb(
  seen: SeenExecutor,
  now: number,
  leaseTtlMs: number,
): MessageInitShape<typeof SeenExecutorSchema> {
  const { process, missing, ...plain } = seen.state;
  const state: MessageInitShape<typeof ExecutorStateSchema> = {
    ...plain,
    missing: [...missing],
    process: processStateToPb(process),
  };
  return { state, seenAt: timeToPb(seen.seenAt), silent: isSilent(seen, now, leaseTtlMs) };
}

export function queueToPb(
  figures: PlayFigures,
  triggerDueAt: number | undefined,
  now: number,
): MessageInitShape<typeof QueueHealthSchema> {
  const age = (at: number | undefined) => (at === undefined ? undefined : BigInt(Math.max(0, now - at)));
  return {
    pending: BigInt(figures.pending),
    ready: BigInt(figures.ready),
    readyAgeMs: age(figures.nextReadyAt),
    leases: BigInt(figures.running),
    awaitingResume: BigInt(figures.awaitingResume),
    openQuestions: BigInt(figures.openQuestions),
    questionAgeMs: age(figures.oldestAskedAt),
    triggerLagMs: age(triggerDueAt) ?? 0n,
  };
}

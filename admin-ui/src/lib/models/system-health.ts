// The queue, the executors and what processes need, as the scheduler says.

import type {
  ExecutorState,
  Need as PbNeed,
  ProcessState,
} from '@hero-logic/proto/herologic/scheduler/v1/executor_state_pb';
import type {
  SystemHealth as PbHealth,
  SeenExecutor,
} from '@hero-logic/proto/herologic/scheduler/v1/health_service_pb';
import { msFromPb } from './format.ts';

export interface SystemHealth {
  /** Times of the server: ages are counted from here. */
  readonly at: number;
  readonly queue: Queue;
  readonly executors: readonly Executor[];
  readonly needs: readonly Need[];
}

export interface Queue {
  readonly ready: number;
  /** How long the next one has been ready; undefined = there is none. */
  readonly readyAgeMs: number | undefined;
  readonly heldBack: number;
  readonly running: number;
  readonly questions: number;
  readonly resting: number;
  readonly triggerLagMs: number;
}

export interface Executor {
  readonly id: string;
  readonly state: 'takes' | 'full' | 'stopping' | 'silent';
  readonly silentMs: number;
  readonly tier: string;
  readonly missing: readonly string[];
  readonly slots: number;
  readonly free: number;
  readonly running: number;
  readonly hot: number;
  readonly sandboxFailures: number;
  /** 0 to 1. */
  readonly busy: number;
}

/** Something that a process needs. */
export interface Need {
  readonly of: string;
  readonly name: string;
  /** Empty = it answers. */
  readonly problem: string;
  readonly answerMs: number;
}

export function healthFromPb(pb: PbHealth): SystemHealth {
  const { queue } = pb;
  const n = (value: bigint | undefined) => Number(value ?? 0n);
  const at = msFromPb(pb.at) ?? 0;
  return {
    at,
    queue: {
      ready: n(queue?.ready),
      readyAgeMs: queue?.readyAgeMs === undefined ? undefined : Number(queue.readyAgeMs),
      heldBack: Math.max(0, n(queue?.pending) - n(queue?.ready)),
      running: n(queue?.leases),
      questions: n(queue?.openQuestions),
      resting: n(queue?.awaitingResume),
      triggerLagMs: n(queue?.triggerLagMs),
    },
    executors: pb.executors.flatMap((seen) => executorFromPb(seen, at) ?? []),
    needs: [
      ...needsOf('Scheduler', pb.scheduler),
      ...pb.executors.flatMap(({ state, silent }) => (silent ? [] : needsOf(state?.executorId ?? '', state?.process))),
    ],
  };
}

function executorFromPb({ state, silent, seenAt }: SeenExecutor, at: number): Executor | undefined {
  if (state === undefined) return undefined;
  const { executorId, tier, missing, slots, freeSlots, running, hotSpares, sandboxFailures } = state;
  return {
    ...{ id: executorId, tier, missing, slots, free: freeSlots, running, hot: hotSpares, sandboxFailures },
    state: stateOf(state, silent),
    silentMs: Math.max(0, at - (msFromPb(seenAt) ?? at)),
    busy: state.process?.busyShare ?? 0,
  };
}

function stateOf({ draining, freeSlots }: ExecutorState, silent: boolean): Executor['state'] {
  if (silent) return 'silent';
  if (draining) return 'stopping';
  return freeSlots > 0 ? 'takes' : 'full';
}

function needsOf(of: string, process: ProcessState | undefined): Need[] {
  return (process?.needs ?? []).map(({ name, problem, answerMs }: PbNeed) => ({
    ...{ of, name, problem },
    answerMs: Number(answerMs),
  }));
}

// How this process does, for its own service to tell: whether what it needs answers, and how busy its event loop is.

import { performance } from 'node:perf_hooks';
import type { CheckResult, Readiness } from './readiness.ts';

export interface ProcessState {
  readonly needs: readonly CheckResult[];
  /** Share of the time since it was last asked for in which the event loop was busy, 0 to 1. */
  readonly busyShare: number;
}

export type ReadProcessState = () => Promise<ProcessState>;

export interface ProcessStateOptions {
  readonly readiness: Pick<Readiness, 'results'>;
  /** Whether other processes are not heard; absent = there is no way to hear them. */
  readonly isAway?: (() => boolean) | undefined;
}

const AWAY = 'is away: what other processes do is seen late';

export function createProcessState({ readiness, isAway }: ProcessStateOptions): ReadProcessState {
  const busyShare = createBusyShare();
  return async () => {
    const needs = [...(await readiness.results())];
    // No part of readiness: nothing is lost without it.
    if (isAway !== undefined) needs.push({ name: 'signals', problem: isAway() ? AWAY : undefined, answerMs: 0 });
    return { needs, busyShare: busyShare() };
  };
}

/** Of a process that nobody has asked about what it needs. */
export const noProcessState: ReadProcessState = async () => ({ needs: [], busyShare: 0 });

/** Each call gives the share since the one before. */
export function createBusyShare(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}

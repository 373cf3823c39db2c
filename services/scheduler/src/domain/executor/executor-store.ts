// The executors of a deployment, as they last reported. Pure, and the port of what is kept of them.

import type { ProcessState } from '@hero-logic/platform';

/** What an executor says about itself. */
export interface ExecutorState {
  readonly executorId: string;
  readonly tier: string;
  /** Layers of the sandbox that its machine does not give. */
  readonly missing: readonly string[];
  readonly slots: number;
  readonly freeSlots: number;
  readonly running: number;
  readonly hotSpares: number;
  /** Runs in a row that found no working sandbox. */
  readonly sandboxFailures: number;
  readonly draining: boolean;
  readonly process: ProcessState;
}

export interface SeenExecutor {
  readonly state: ExecutorState;
  readonly seenAt: number;
}

export interface ExecutorStore {
  /** Keeps the report in the place of the one before. */
  put(seen: SeenExecutor): Promise<void>;
  remove(executorId: string): Promise<void>;
  /** By id. */
  list(limit: number): Promise<SeenExecutor[]>;
  /** Those that were last seen before. */
  forget(before: number): Promise<void>;
}

/** So long a silent one is still listed. */
export const MISSED_FOR_MS = 15 * 60_000;

/** It reports twice within the time of a lease; three reports are missing. */
export function isSilent({ seenAt }: SeenExecutor, now: number, leaseTtlMs: number): boolean {
  return now - seenAt > 1.5 * leaseTtlMs;
}

/**
 * How plays leave the store. In two steps, each repeatable: a play is hidden (lists do not give it any more, and it can be shown again),
 * then it is removed with all that belongs to it, and a note says why. What a live play, a fork or a benchmark refers to is not hidden.
 * Retention never shows a play again: those that it takes may be gone with the first step already.
 */

import type { Gaits, Pace } from './pace.ts';

export interface Kept {
  readonly reason: 'PLAY_NOT_ENDED' | 'PLAY_IN_USE' | 'PLAY_NOT_FOUND';
  readonly message: string;
}

/** `already`: it is hidden by somebody else. */
export type Hiding = 'hidden' | 'already' | Kept;

/** What is known of a play that is hidden or gone. */
export interface Removal {
  /** RETENTION, or the sid of a bulk job. */
  readonly by: string;
  /** When it was removed; absent = it is hidden and can still be read. */
  readonly removedAt?: number;
}

/** A place in the order of ends. */
export interface EndPlace {
  readonly endedAt: number;
  readonly sid: string;
}

/** Which plays of a workflow are to go: behind `after` and up to `upTo`, in the order of their ends. */
export interface TakeEnded {
  readonly workflowSid: string;
  readonly after: EndPlace;
  readonly upTo: EndPlace;
  readonly atMost: number;
  readonly now: number;
}

export interface Taken {
  /** Those that go; what the executor keeps of them may be dropped. */
  readonly sids: readonly string[];
  /** The last that was looked at, also when it stays; undefined = there are no more. */
  readonly last: EndPlace | undefined;
}

export interface WorkflowFigures {
  readonly workflowSid: string;
  readonly workflowName: string;
  readonly plays: number;
  readonly oldestAt: number;
  /** Its latest plays, and the bytes that they take here. */
  readonly sample: readonly string[];
  readonly sampleBytes: number;
}

export interface RemovalStore {
  /** How fast retention may go here. */
  readonly gaits: Gaits;
  /** What became of each, in the order asked. Hidden by the same `by` before counts as hidden. */
  hide(sids: readonly string[], by: string): Promise<Hiding[]>;
  /** Shows some plays again that `by` hides; how many. */
  show(by: string, atMost: number): Promise<number>;
  /** Those for which `remove` is still to be called. */
  listHidden(by: string, atMost: number): Promise<string[]>;
  /** Retention takes those of these plays that nobody hides or refers to: from now on lists do not give them. */
  takeEnded(range: TakeEnded): Promise<Taken>;
  /** Removes plays that `by` hides or has taken, and notes it. Others are left as they are. */
  remove(sids: readonly string[], by: string, now: number): Promise<void>;
  /** Takes away some of what removed plays have left behind and nobody finds, bit by bit at this pace; how much, 0 = there is nothing left. */
  tidy(pace?: Pace): Promise<number>;
  find(sid: string): Promise<Removal | undefined>;
  /** Drops some notes that are older; how many. */
  forget(before: number, atMost: number): Promise<number>;

  /** Each workflow that has plays, by sid, behind this one; undefined = there is none. */
  nextWorkflow(after: string): Promise<string | undefined>;
  /** Of the plays of the workflow that have ended, the latest one that is one too many; undefined = there is none. */
  firstOver(workflowSid: string, keep: number): Promise<EndPlace | undefined>;
  figures(workflowSid: string, sample: number): Promise<WorkflowFigures | undefined>;
  /** Zeros where the server does not say. */
  files(): Promise<{ readonly bytes: number; readonly free: number }>;
  /** Gives some free room back to the disk; bytes, 0 = there is nothing to give. */
  compact(): Promise<number>;
}

export const RETENTION = 'retention';
/** Plays of a benchmark carry its sid under this label; those that only help one carry HELPER. */
export const BENCHMARK_LABEL = 'benchmark';
export const BENCHMARK_HELPER = 'helper';

export const inUse = (message: string): Kept => ({ reason: 'PLAY_IN_USE', message });
export const NOT_ENDED: Kept = { reason: 'PLAY_NOT_ENDED', message: 'it has not ended; cancel it first' };
export const NOT_THERE: Kept = { reason: 'PLAY_NOT_FOUND', message: 'there is no such play any more' };

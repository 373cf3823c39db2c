// A bulk job from its creation to its end. Pure.
//
//   running -> done | stopped
//   running -> undo_window -> removing -> done      a deletion
//   running | undo_window -> undoing -> undone      a deletion that was undone
//
// Its place is saved page by page, with the counts of the page. A crash in a page does the page again: what is done to a play may be
// done twice.

import type { PlayCondition } from '../filter/condition.ts';

export type BulkAction = 'cancel' | 'rerun' | 'resume_on_version' | 'delete';
export type BulkStatus = 'running' | 'undo_window' | 'removing' | 'done' | 'stopped' | 'undoing' | 'undone';

export interface BulkJob {
  readonly sid: string;
  readonly action: BulkAction;
  /** As it was written, for people. */
  readonly filter: string;
  readonly conditions: readonly PlayCondition[];
  readonly status: BulkStatus;
  /** Empty = that of each play. */
  readonly versionSid: string;
  readonly reason: string;
  readonly createdBy: string;
  /** Whose plays it means, and whose it is; absent = all. */
  readonly namespace?: string | undefined;
  readonly total: number;
  readonly totalIsMore: boolean;
  /** Plays before this sid are still to come. */
  readonly beforeSid: string;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly removed: number;
  readonly createdAt: number;
  readonly endedAt?: number | undefined;
  readonly undoWindowMs: number;
  readonly undoUntil?: number | undefined;
}

export interface BulkFailure {
  readonly playSid: string;
  readonly reason: string;
  readonly message: string;
}

/** What a page of plays came to. */
export interface PageOutcome {
  readonly done: number;
  readonly skipped: number;
  readonly failures: readonly BulkFailure[];
  /** Where the next page begins; absent = that was the last one. */
  readonly next: string | undefined;
}

/** When somebody has to go on with it; undefined = never. */
export function dueAt(job: BulkJob): number | undefined {
  if (job.status === 'undo_window') return job.undoUntil;
  return job.status === 'running' || job.status === 'removing' || job.status === 'undoing' ? 0 : undefined;
}

/** Also a page of a job that was stopped meanwhile counts. */
export function afterPage(job: BulkJob, page: PageOutcome, now: number): BulkJob {
  const counted = {
    ...job,
    done: job.done + page.done,
    skipped: job.skipped + page.skipped,
    failed: job.failed + page.failures.length,
    beforeSid: page.next ?? job.beforeSid,
  };
  // Plays that came to fit after they were counted: progress never passes its total.
  const total = Math.max(job.total, counted.done + counted.skipped + counted.failed);
  const after = { ...counted, total };
  return job.status === 'running' && page.next === undefined ? seenAll(after, now) : after;
}

/** A deletion that is stopped can still be undone; its plays are removed when the window is over. */
export function stop(job: BulkJob, now: number): BulkJob {
  if (job.status !== 'running') return job;
  return job.action === 'delete' ? seenAll(job, now) : { ...job, status: 'stopped', endedAt: now };
}

/** Undefined: there is nothing to undo, or it is too late. */
export function undo(job: BulkJob, now: number): BulkJob | undefined {
  if (job.action !== 'delete') return undefined;
  if (job.status === 'undoing' || job.status === 'undone') return job;
  const isInTime = job.status === 'running' || (job.status === 'undo_window' && now < (job.undoUntil ?? 0));
  return isInTime ? { ...job, status: 'undoing', undoUntil: undefined } : undefined;
}

/** The window of a deletion is over. */
export function beginRemoving(job: BulkJob): BulkJob {
  return job.status === 'undo_window' ? { ...job, status: 'removing' } : job;
}

export function afterRemoving(job: BulkJob, removed: number, isLast: boolean, now: number): BulkJob {
  const counted = { ...job, removed: job.removed + removed };
  return isLast && job.status === 'removing' ? { ...counted, status: 'done', endedAt: now } : counted;
}

export function afterUndoing(job: BulkJob, now: number): BulkJob {
  return job.status === 'undoing' ? { ...job, status: 'undone', endedAt: now } : job;
}

function seenAll(job: BulkJob, now: number): BulkJob {
  if (job.action !== 'delete') return { ...job, status: 'done', endedAt: now };
  return { ...job, status: 'undo_window', undoUntil: now + job.undoWindowMs };
}

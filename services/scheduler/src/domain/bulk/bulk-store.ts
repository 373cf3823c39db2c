// Where bulk jobs are kept. A job is worked on by whoever holds its lease; a lease that runs out is anybody's.

import type { BulkFailure, BulkJob } from './bulk-job.ts';

export interface BulkQuery {
  /** Absent = all, and those that are for all. */
  readonly namespace?: string | undefined;
  /** Only before this sid; empty = from the newest. */
  readonly beforeSid: string;
  readonly limit: number;
}

export interface BulkStore {
  /** Adds a job, or gives the one that has its request id (empty = none has). */
  add(job: BulkJob, requestId: string): Promise<BulkJob>;
  /** The one that was added with this request id. */
  findByRequest(requestId: string): Promise<BulkJob | undefined>;
  find(sid: string): Promise<BulkJob | undefined>;
  /** Newest first. */
  list(query: BulkQuery): Promise<BulkJob[]>;
  /** A job that is due and that nobody works on; from now on `token` does. */
  claim(token: string, now: number, ttlMs: number): Promise<BulkJob | undefined>;
  /**
   * What the holder of the lease has come to, decided about the job as it now stands, with its failures. Undefined: the lease is somebody
   * else's, and nothing was written.
   */
  save(sid: string, token: string, step: BulkStep): Promise<BulkJob | undefined>;
  /** Ends all leases: whoever held them is gone. */
  freeLeases(): Promise<void>;
  /** One decision from outside. BULK_JOB_NOT_FOUND. */
  change(sid: string, decide: (job: BulkJob) => BulkJob): Promise<BulkJob>;
  /** When somebody has to look at the jobs; undefined = never. */
  nextDue(): Promise<number | undefined>;
  /** In the order in which they came, behind `after`. */
  listFailures(sid: string, after: number, limit: number): Promise<(BulkFailure & { readonly seq: number })[]>;
  /** Drops jobs that ended before; how many. */
  forget(before: number, atMost: number): Promise<number>;
}

export interface BulkStep {
  readonly decide: (job: BulkJob) => BulkJob;
  readonly failures: readonly BulkFailure[];
  /** Until when the lease holds; 0 = it is given back. */
  readonly leaseUntil: number;
}

/** Failures of one job that are kept. */
export const KEPT_FAILURES = 1000;

// BulkStore on the embedded SQLite file.

import { type Database, type GroupCommit, migrate, type Sql } from '@hero-logic/platform';
import { type BulkFailure, type BulkJob, dueAt } from '../domain/bulk/bulk-job.ts';
import { type BulkQuery, type BulkStore, KEPT_FAILURES } from '../domain/bulk/bulk-store.ts';
import { bulkJobNotFound } from '../domain/errors.ts';

const MIGRATIONS = [
  `
  CREATE TABLE bulk_jobs (
    sid TEXT PRIMARY KEY,
    request_id TEXT NOT NULL,
    due_at INTEGER,
    token TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    ended_at INTEGER,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX bulk_jobs_by_request ON bulk_jobs (request_id) WHERE request_id <> '';
  CREATE INDEX bulk_jobs_due ON bulk_jobs (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX bulk_jobs_over ON bulk_jobs (ended_at) WHERE ended_at IS NOT NULL;
  CREATE TABLE bulk_failures (
    job_sid TEXT NOT NULL,
    seq INTEGER NOT NULL,
    play_sid TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (job_sid, seq)
  ) STRICT, WITHOUT ROWID;
  `,
  // Those that were there are for all.
  `
  ALTER TABLE bulk_jobs ADD COLUMN namespace TEXT NOT NULL DEFAULT '';
  CREATE INDEX bulk_jobs_by_namespace ON bulk_jobs (namespace, sid) WHERE namespace <> '';
  `,
];

interface Row {
  readonly doc: string;
}

export function createSqliteBulkStore(options: { readonly db: Database; readonly commit: GroupCommit }): BulkStore {
  const { db, commit } = options;
  migrate(db, 'bulk', MIGRATIONS);
  return {
    add: (job, requestId) =>
      commit.write((sql) => {
        const known = readByRequest(sql, requestId);
        if (known !== undefined) return known;
        sql.run(
          "INSERT INTO bulk_jobs (sid, request_id, due_at, token, lease_until, doc, namespace) VALUES (?, ?, ?, '', 0, ?, ?)",
          job.sid,
          requestId,
          dueAt(job) ?? null,
          JSON.stringify(job),
          job.namespace ?? '',
        );
        return job;
      }),
    findByRequest: async (requestId) => readByRequest(db, requestId),
    find: async (sid) => read(db, sid),
    list: async (query) => list(db, query),
    claim: (token, now, ttlMs) =>
      commit.write((sql) => {
        const row = sql.get<Row>(
          'SELECT doc FROM bulk_jobs INDEXED BY bulk_jobs_due WHERE due_at <= ?1 AND lease_until <= ?1 ORDER BY due_at LIMIT 1',
          now,
        );
        if (row === undefined) return undefined;
        const job = jobOf(row);
        sql.run('UPDATE bulk_jobs SET token = ?, lease_until = ? WHERE sid = ?', token, now + ttlMs, job.sid);
        return job;
      }),
    save: (sid, token, { decide, failures, leaseUntil }) =>
      commit.write((sql) => {
        const row = sql.get<Row & { token: string }>('SELECT doc, token FROM bulk_jobs WHERE sid = ?', sid);
        if (row === undefined || row.token !== token) return undefined;
        const job = decide(jobOf(row));
        write(sql, job);
        const holder = leaseUntil === 0 ? '' : token;
        sql.run('UPDATE bulk_jobs SET token = ?, lease_until = ? WHERE sid = ?', holder, leaseUntil, sid);
        addFailures(sql, sid, failures);
        return job;
      }),
    freeLeases: () =>
      commit.write((sql) => {
        sql.run("UPDATE bulk_jobs SET token = '', lease_until = 0 WHERE lease_until > 0");
      }),
    change: (sid, decide) =>
      commit.write((sql) => {
        const found = read(sql, sid);
        if (found === undefined) throw bulkJobNotFound(sid);
        const job = decide(found);
        if (job !== found) write(sql, job);
        return job;
      }),
    nextDue: async () =>
      db.get<{ at: number | null }>(
        'SELECT MIN(MAX(due_at, lease_until)) AS at FROM bulk_jobs INDEXED BY bulk_jobs_due WHERE due_at IS NOT NULL',
      )?.at ?? undefined,
    listFailures: async (sid, after, limit) =>
      db.all(
        `SELECT seq, play_sid AS playSid, reason, message FROM bulk_failures WHERE job_sid = ? AND seq > ?
         ORDER BY seq LIMIT ?`,
        sid,
        after,
        limit,
      ),
    forget: (before, atMost) =>
      commit.write((sql) => {
        const old = 'SELECT sid FROM bulk_jobs INDEXED BY bulk_jobs_over WHERE ended_at < ? LIMIT ?';
        const sids = sql.all<{ sid: string }>(old, before, atMost);
        for (const { sid } of sids) {
          sql.run('DELETE FROM bulk_failures WHERE job_sid = ?', sid);
          sql.run('DELETE FROM bulk_jobs WHERE sid = ?', sid);
        }
        return sids.length;
      }),
  };
}

function list(sql: Sql, { namespace, beforeSid, limit }: BulkQuery): BulkJob[] {
  const [from, only, values] =
    namespace === undefined
      ? (['bulk_jobs', '1', []] as const)
      : (['bulk_jobs INDEXED BY bulk_jobs_by_namespace', "namespace = ? AND namespace <> ''", [namespace]] as const);
  const before = beforeSid === '' ? '' : 'AND sid < ?';
  const params = [...values, ...(beforeSid === '' ? [] : [beforeSid]), limit];
  const rows = sql.all<Row>(`SELECT doc FROM ${from} WHERE ${only} ${before} ORDER BY sid DESC LIMIT ?`, ...params);
  return rows.map(jobOf);
}

function jobOf({ doc }: Row): BulkJob {
  return JSON.parse(doc) as BulkJob;
}

function read(sql: Sql, sid: string): BulkJob | undefined {
  const row = sql.get<Row>('SELECT doc FROM bulk_jobs WHERE sid = ?', sid);
  return row && jobOf(row);
}

function readByRequest(sql: Sql, requestId: string): BulkJob | undefined {
  const row = sql.get<Row>("SELECT doc FROM bulk_jobs WHERE request_id = ? AND request_id <> ''", requestId);
  return row && jobOf(row);
}

function write(sql: Sql, job: BulkJob): void {
  sql.run(
    'UPDATE bulk_jobs SET due_at = ?, ended_at = ?, doc = ? WHERE sid = ?',
    dueAt(job) ?? null,
    job.endedAt ?? null,
    JSON.stringify(job),
    job.sid,
  );
}

function addFailures(sql: Sql, jobSid: string, failures: readonly BulkFailure[]): void {
  if (failures.length === 0) return;
  const last = 'SELECT COALESCE(MAX(seq), 0) AS seq FROM bulk_failures WHERE job_sid = ?';
  const from = sql.get<{ seq: number }>(last, jobSid)?.seq ?? 0;
  failures.slice(0, KEPT_FAILURES - from).forEach(({ playSid, reason, message }, index) => {
    sql.run(
      'INSERT INTO bulk_failures (job_sid, seq, play_sid, reason, message) VALUES (?, ?, ?, ?, ?)',
      jobSid,
      from + index + 1,
      playSid,
      reason,
      message,
    );
  });
}

// Benchmarks in SQLite: a row a benchmark, a row a run.

import { type Database, type GroupCommit, migrate, type Sql } from '@hero-logic/platform';
import { type Benchmark, benchmarkOf, type EndedRun, type PlannedRun, type RunResult } from '../domain/benchmark.ts';
import type { BenchmarkStore, StoredBenchmark } from '../domain/ports.ts';

const STEPS = [
  `CREATE TABLE benchmarks (
     sid TEXT PRIMARY KEY,
     workflow_sid TEXT NOT NULL,
     version_sid TEXT NOT NULL,
     status TEXT NOT NULL,
     doc TEXT NOT NULL
   ) STRICT;
   CREATE INDEX benchmarks_by_workflow ON benchmarks (workflow_sid, sid);
   CREATE INDEX benchmarks_by_version ON benchmarks (version_sid, status, sid);
   CREATE INDEX benchmarks_running ON benchmarks (sid) WHERE status = 'running';
   CREATE TABLE benchmark_runs (
     benchmark_sid TEXT NOT NULL,
     run_index INTEGER NOT NULL,
     example_sid TEXT NOT NULL,
     result TEXT,
     PRIMARY KEY (benchmark_sid, run_index)
   ) STRICT, WITHOUT ROWID;`,
  `ALTER TABLE benchmarks ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
   CREATE UNIQUE INDEX benchmarks_by_request ON benchmarks (request_id) WHERE request_id <> '';`,
];

export function createSqliteBenchmarkStore(db: Database, commit: GroupCommit): BenchmarkStore {
  migrate(db, 'bench', STEPS);
  return {
    add: (benchmark, plan) =>
      commit.write((sql) => {
        const { sid, workflowSid, versionSid, status, requestId } = benchmark;
        const earlier = readByRequest(sql, requestId);
        if (earlier !== undefined) return earlier;
        sql.run(INSERT, sid, workflowSid, versionSid, status, requestId, JSON.stringify(benchmark));
        insertRuns(sql, sid, plan);
        return benchmark;
      }),
    findByRequest: async (requestId) => readByRequest(db, requestId),
    extendPlan: (sid, runs, decide) =>
      commit.write((sql) => {
        if (read(sql, sid)?.status === 'running') insertRuns(sql, sid, runs);
        return changed(sql, sid, decide);
      }),
    find: async (sid) => stored(db, db.get<Row>('SELECT doc FROM benchmarks WHERE sid = ?', sid)),
    async list({ workflowSid, versionSid, beforeSid, limit }) {
      const by = versionSid === undefined ? 'workflow_sid' : 'version_sid';
      const rows = db.all<Row>(
        `SELECT doc FROM benchmarks WHERE ${by} = ? AND (? = '' OR sid < ?) ORDER BY sid DESC LIMIT ?`,
        versionSid ?? workflowSid ?? '',
        beforeSid,
        beforeSid,
        limit,
      );
      return rows.map((row) => stored(db, row) as StoredBenchmark);
    },
    listRunning: async () =>
      db.all<{ sid: string }>("SELECT sid FROM benchmarks WHERE status = 'running' ORDER BY sid").map(({ sid }) => sid),
    latestDone: async (versionSid) =>
      stored(
        db,
        db.get<Row>(
          "SELECT doc FROM benchmarks WHERE version_sid = ? AND status = 'done' ORDER BY sid DESC LIMIT 1",
          versionSid,
        ),
      ),
    openRuns: async (sid) =>
      db
        .all<{ run_index: number; example_sid: string }>(
          'SELECT run_index, example_sid FROM benchmark_runs WHERE benchmark_sid = ? AND result IS NULL ORDER BY run_index',
          sid,
        )
        .map((row) => ({ index: row.run_index, exampleSid: row.example_sid })),
    addResult: (sid, { index, result }) =>
      commit.write((sql) => {
        if (read(sql, sid)?.status !== 'running') return false;
        return sql.run(SET_RESULT, JSON.stringify(result), sid, index).changes > 0;
      }),
    change: (sid, decide) => commit.write((sql) => changed(sql, sid, decide)),
  };
}

function insertRuns(sql: Sql, sid: string, runs: readonly PlannedRun[]): void {
  for (const { index, exampleSid } of runs) sql.run(INSERT_RUN, sid, index, exampleSid);
}

function changed(sql: Sql, sid: string, decide: (benchmark: Benchmark) => Benchmark): Benchmark | undefined {
  const found = read(sql, sid);
  if (found === undefined) return undefined;
  const next = decide(found);
  if (next !== found) {
    sql.run('UPDATE benchmarks SET status = ?, doc = ? WHERE sid = ?', next.status, JSON.stringify(next), sid);
  }
  return next;
}

interface Row {
  readonly doc: string;
}

function read(sql: Sql, sid: string): Benchmark | undefined {
  const row = sql.get<Row>('SELECT doc FROM benchmarks WHERE sid = ?', sid);
  return row && benchmarkOf(row.doc);
}

function readByRequest(sql: Sql, requestId: string): Benchmark | undefined {
  if (requestId === '') return undefined;
  const row = sql.get<Row>('SELECT doc FROM benchmarks WHERE request_id = ?', requestId);
  return row && benchmarkOf(row.doc);
}

function stored(sql: Sql, row: Row | undefined): StoredBenchmark | undefined {
  if (row === undefined) return undefined;
  const benchmark = benchmarkOf(row.doc);
  const runs = sql.all<{ run_index: number; result: string }>(
    'SELECT run_index, result FROM benchmark_runs WHERE benchmark_sid = ? AND result IS NOT NULL ORDER BY run_index',
    benchmark.sid,
  );
  return { benchmark, runs: runs.map(endedRun) };
}

function endedRun(row: { run_index: number; result: string }): EndedRun {
  return { index: row.run_index, result: JSON.parse(row.result) as RunResult };
}

const INSERT =
  'INSERT INTO benchmarks (sid, workflow_sid, version_sid, status, request_id, doc) VALUES (?, ?, ?, ?, ?, ?)';
const INSERT_RUN = 'INSERT OR IGNORE INTO benchmark_runs (benchmark_sid, run_index, example_sid) VALUES (?, ?, ?)';
const SET_RESULT = 'UPDATE benchmark_runs SET result = ? WHERE benchmark_sid = ? AND run_index = ? AND result IS NULL';

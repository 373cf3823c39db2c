// ExecutorStore on the embedded SQLite file.

import { type Database, type GroupCommit, migrate } from '@hero-logic/platform';
import type { ExecutorState, ExecutorStore } from '../domain/executor/executor-store.ts';

const MIGRATIONS = [
  `CREATE TABLE executors (executor_id TEXT PRIMARY KEY, seen_at INTEGER NOT NULL, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX executors_seen ON executors (seen_at);`,
];

interface Row {
  readonly seen_at: number;
  readonly doc: string;
}

export function createSqliteExecutorStore(options: {
  readonly db: Database;
  readonly commit: GroupCommit;
}): ExecutorStore {
  const { db, commit } = options;
  migrate(db, 'executors', MIGRATIONS);
  return {
    put: ({ state, seenAt }) =>
      commit.write((sql) => {
        sql.run('INSERT OR REPLACE INTO executors VALUES (?, ?, ?)', state.executorId, seenAt, JSON.stringify(state));
      }),
    remove: (executorId) =>
      commit.write((sql) => {
        sql.run('DELETE FROM executors WHERE executor_id = ?', executorId);
      }),
    list: async (limit) =>
      db
        .all<Row>('SELECT seen_at, doc FROM executors ORDER BY executor_id LIMIT ?', limit)
        .map(({ seen_at, doc }) => ({ seenAt: seen_at, state: JSON.parse(doc) as ExecutorState })),
    forget: (before) =>
      commit.write((sql) => {
        sql.run('DELETE FROM executors WHERE seen_at < ?', before);
      }),
  };
}

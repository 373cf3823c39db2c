// Opens the embedded store: one SQLite file in WAL mode, a commit durable before it is acknowledged (synchronous=FULL).

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** A statement and its rows, worded once. Prepared on first use and kept. */
export interface Sql {
  run(sql: string, ...params: SQLInputValue[]): { readonly changes: number };
  get<T>(sql: string, ...params: SQLInputValue[]): T | undefined;
  all<T>(sql: string, ...params: SQLInputValue[]): T[];
}

export interface Database extends Sql {
  exec(sql: string): void;
  close(): void;
}

export function openDatabase(file: string): Database {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(file, { timeout: 5000 });
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY',
  );
  db.exec('PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864');
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    let found = prepared.get(sql);
    if (found === undefined) {
      found = db.prepare(sql);
      prepared.set(sql, found);
    }
    return found;
  };
  return {
    run: (sql, ...params) => ({ changes: Number(statement(sql).run(...params).changes) }),
    get: <T>(sql: string, ...params: SQLInputValue[]) => statement(sql).get(...params) as T | undefined,
    all: <T>(sql: string, ...params: SQLInputValue[]) => statement(sql).all(...params) as T[],
    exec: (sql) => db.exec(sql),
    close: () => {
      prepared.clear();
      db.close();
    },
  };
}

/** Brings the tables of one service forward. `steps` only ever grows at its end; each runs once per file. */
export function migrate(db: Database, service: string, steps: readonly string[]): void {
  db.exec('CREATE TABLE IF NOT EXISTS schema_version (service TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT');
  const row = db.get<{ version: number }>('SELECT version FROM schema_version WHERE service = ?', service);
  const present = row?.version ?? 0;
  if (present > steps.length) {
    throw new Error(
      `the data was written by a newer version of ${service} (schema ${present}, this one knows ${steps.length})`,
    );
  }
  for (let i = present; i < steps.length; i++) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(steps[i] as string);
      db.run(
        'INSERT INTO schema_version VALUES (?, ?) ON CONFLICT (service) DO UPDATE SET version = excluded.version',
        service,
        i + 1,
      );
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
}

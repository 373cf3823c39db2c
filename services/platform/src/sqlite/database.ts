// Opens the embedded store: one SQLite file in WAL mode, a commit durable before it is acknowledged (synchronous=FULL).

import { closeSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { createLogCopier } from './log-copier.ts';

/** A statement and its rows, worded once. Prepared on first use and kept. */
export interface Sql {
  run(sql: string, ...params: SQLInputValue[]): { readonly changes: number };
  get<T>(sql: string, ...params: SQLInputValue[]): T | undefined;
  all<T>(sql: string, ...params: SQLInputValue[]): T[];
}

export interface Database extends Sql {
  exec(sql: string): void;
  /** For who writes much for a while: the write-ahead log is copied into the file aside, and not within commits. */
  copyLogAside(): void;
  close(): void;
}

export interface DatabaseOptions {
  /** For a process that stays: the write-ahead log has its whole size from the start, and can be copied by a thread. */
  readonly layOutLog?: boolean;
}

export function openDatabase(file: string, options: DatabaseOptions = {}): Database {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(file, { timeout: 5000 });
  // Of a new file: pages that are free can be given back to the disk a few at a time.
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY',
  );
  if (options.layOutLog === true) layOutLog(db, file);
  db.exec(
    `PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = 67108864`,
  );
  const copier = options.layOutLog === true ? createLogCopier(file) : undefined;
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    let found = prepared.get(sql);
    if (found === undefined) {
      found = db.prepare(sql);
      if (prepared.size >= MOST_PREPARED) prepared.delete(prepared.keys().next().value as string);
      prepared.set(sql, found);
    }
    return found;
  };
  return {
    run: (sql, ...params) => ({ changes: Number(statement(sql).run(...params).changes) }),
    get: <T>(sql: string, ...params: SQLInputValue[]) => statement(sql).get(...params) as T | undefined,
    all: <T>(sql: string, ...params: SQLInputValue[]) => statement(sql).all(...params) as T[],
    exec: (sql) => db.exec(sql),
    copyLogAside: () => copier?.copySoon(),
    close: () => {
      copier?.close();
      prepared.clear();
      db.close();
    },
  };
}

/** Queries that callers compose have many forms. */
const MOST_PREPARED = 1000;
const CHECKPOINT_PAGES = 4000;
const FRAME_BYTES = 4096 + 24;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Gives the write-ahead log its whole size at once. A sync of a file that grows writes the file system's own journal as well, and
 * takes a third longer. SQLite reads a log as far as its checksums go, so zeros behind its end mean nothing to it.
 */
function layOutLog(db: DatabaseSync, file: string): void {
  db.exec('PRAGMA user_version'); // SQLite makes the log when it first reads
  const zeros = Buffer.alloc(CHUNK_BYTES);
  const fd = openSync(`${file}-wal`, 'r+');
  try {
    for (let at = fstatSync(fd).size; at < CHECKPOINT_PAGES * FRAME_BYTES; at += CHUNK_BYTES) {
      writeSync(fd, zeros, 0, CHUNK_BYTES, at);
    }
  } finally {
    closeSync(fd);
  }
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

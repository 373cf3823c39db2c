// Keys and the audit log in SQLite.

import { type AuditEvent, type Database, type GroupCommit, migrate, type Sql } from '@hero-logic/platform';
import type { ApiKey } from '../domain/access/api-key.ts';
import type { ApiKeyStore, AuditStore } from '../domain/access/ports.ts';
import { type DocRow, parseDoc } from './registry-tables.sqlite.ts';

const STEPS = [
  `CREATE TABLE access_keys (
     sid TEXT PRIMARY KEY,
     name TEXT NOT NULL UNIQUE,
     doc TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE access_audit (
     sid TEXT PRIMARY KEY,
     at INTEGER NOT NULL,
     caller TEXT NOT NULL,
     doc TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX access_audit_caller ON access_audit (caller, sid);
   CREATE INDEX access_audit_at ON access_audit (at);`,
  `CREATE TABLE access_secrets (
     namespace TEXT NOT NULL,
     name TEXT NOT NULL,
     doc TEXT NOT NULL,
     PRIMARY KEY (namespace, name)
   ) STRICT, WITHOUT ROWID;`,
];

export function createAccessTables(db: Database): void {
  migrate(db, 'access', STEPS);
}

export function createSqliteApiKeyStore(db: Database, commit: GroupCommit): ApiKeyStore {
  const read = (sql: Sql, sid: string) =>
    parseDoc<ApiKey>(sql.get<DocRow>('SELECT doc FROM access_keys WHERE sid = ?', sid));
  return {
    create: (key) =>
      commit.write(
        (sql) =>
          sql.run(
            'INSERT INTO access_keys (sid, name, doc) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
            key.sid,
            key.name,
            JSON.stringify(key),
          ).changes > 0,
      ),
    get: async (sid) => read(db, sid),
    list: async (afterName, limit) =>
      db
        .all<DocRow>('SELECT doc FROM access_keys WHERE name > ? ORDER BY name LIMIT ?', afterName, limit)
        .map((row) => JSON.parse(row.doc) as ApiKey),
    change: (sid, change) =>
      commit.write((sql) => {
        const present = read(sql, sid);
        if (present === undefined) return undefined;
        const next = change(present);
        if (next !== present) sql.run('UPDATE access_keys SET doc = ? WHERE sid = ?', JSON.stringify(next), sid);
        return next;
      }),
  };
}

const OF_ALL = 'SELECT doc FROM access_audit WHERE sid < ? ORDER BY sid DESC LIMIT ?';
const OF_ONE = 'SELECT doc FROM access_audit WHERE caller = ? AND sid < ? ORDER BY sid DESC LIMIT ?';
/** Sorts after every sid. */
const LAST = '~';

export function createSqliteAuditStore(db: Database, commit: GroupCommit): AuditStore {
  return {
    add: (events) =>
      commit.write((sql) => {
        for (const event of events) {
          sql.run(
            'INSERT INTO access_audit (sid, at, caller, doc) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
            event.sid,
            event.at,
            event.caller,
            JSON.stringify(event),
          );
        }
      }),
    async list({ caller, beforeSid, limit }) {
      const before = beforeSid === '' ? LAST : beforeSid;
      const rows =
        caller === '' ? db.all<DocRow>(OF_ALL, before, limit) : db.all<DocRow>(OF_ONE, caller, before, limit);
      return rows.map((row) => JSON.parse(row.doc) as AuditEvent);
    },
    removeBefore: (at, limit) =>
      commit.write(
        (sql) =>
          sql.run(
            'DELETE FROM access_audit WHERE sid IN (SELECT sid FROM access_audit WHERE at < ? ORDER BY at LIMIT ?)',
            at,
            limit,
          ).changes,
      ),
  };
}

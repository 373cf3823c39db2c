// ErrorGroupStore on the embedded SQLite file: a play is counted in the transaction that marks it as looked at.

import { type Database, type GroupCommit, migrate, type Sql } from '@hero-logic/platform';
import { errorGroupNotFound } from '../domain/errors.ts';
import { type ErrorGroup, seen } from '../domain/failure/error-group.ts';
import type { ErrorGroupQuery, ErrorGroupStore } from '../domain/failure/error-group-store.ts';
import { failureOf } from '../domain/failure/fingerprint.ts';
import { playFromDoc } from './play-rows.ts';

const MIGRATIONS = [
  `
  CREATE TABLE error_groups (
    fingerprint TEXT PRIMARY KEY,
    workflow_sid TEXT NOT NULL,
    state TEXT NOT NULL,
    last_seen INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX error_groups_by_time ON error_groups (last_seen, fingerprint);
  CREATE INDEX error_groups_by_workflow ON error_groups (workflow_sid, last_seen, fingerprint);
  CREATE INDEX error_groups_by_state ON error_groups (state, last_seen, fingerprint);
  `,
  // A workflow never moves, so any of its plays says where a group is. Without one that is not known.
  `
  ALTER TABLE error_groups ADD COLUMN namespace TEXT NOT NULL DEFAULT '';
  UPDATE error_groups SET namespace = COALESCE(
    (SELECT COALESCE(p.doc ->> 'namespace', 'default') FROM plays p WHERE p.workflow_sid = error_groups.workflow_sid LIMIT 1), '');
  UPDATE error_groups SET doc = json_set(doc, '$.namespace', namespace);
  CREATE INDEX error_groups_by_namespace ON error_groups (namespace, last_seen, fingerprint);
  `,
];

interface Row {
  readonly doc: string;
}

const UNGROUPED = "plays INDEXED BY plays_ungrouped WHERE grouped IS NULL AND status IN ('failed', 'timed_out')";

/** The tables of plays are there. */
export function createSqliteErrorGroupStore(options: {
  readonly db: Database;
  readonly commit: GroupCommit;
}): ErrorGroupStore {
  const { db, commit } = options;
  migrate(db, 'error_groups', MIGRATIONS);
  return {
    absorb: (atMost) =>
      commit.write((sql) => {
        const plays = sql.all<Row>(`SELECT doc FROM ${UNGROUPED} LIMIT ?`, atMost).map(({ doc }) => playFromDoc(doc));
        for (const play of plays) {
          const failure = failureOf(play);
          write(sql, seen(read(sql, failure.fingerprint), failure, play));
          sql.run('UPDATE plays SET grouped = 1, error_group = ? WHERE sid = ?', failure.fingerprint, play.sid);
        }
        return plays.length;
      }),
    hasUngrouped: async () => db.get(`SELECT 1 FROM ${UNGROUPED} LIMIT 1`) !== undefined,
    find: async (fingerprint) => read(db, fingerprint),
    list: async (query) => list(db, query),
    change: (fingerprint, decide) =>
      commit.write((sql) => {
        const found = read(sql, fingerprint);
        if (found === undefined) throw errorGroupNotFound(fingerprint);
        const next = decide(found);
        if (next !== found) write(sql, next);
        return next;
      }),
  };
}

function read(sql: Sql, fingerprint: string): ErrorGroup | undefined {
  const row = sql.get<Row>('SELECT doc FROM error_groups WHERE fingerprint = ?', fingerprint);
  return row && (JSON.parse(row.doc) as ErrorGroup);
}

function write(sql: Sql, group: ErrorGroup): void {
  sql.run(
    `INSERT INTO error_groups (fingerprint, workflow_sid, state, last_seen, doc, namespace) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (fingerprint) DO UPDATE SET state = ?3, last_seen = ?4, doc = ?5, namespace = ?6`,
    group.fingerprint,
    group.workflowSid,
    group.state,
    group.lastSeen,
    JSON.stringify(group),
    group.namespace,
  );
}

function list(sql: Sql, { workflowSid, namespace, state, after, limit }: ErrorGroupQuery): ErrorGroup[] {
  const terms: [string, (string | number)[]][] = [];
  if (workflowSid !== '') terms.push(['workflow_sid = ?', [workflowSid]]);
  if (namespace !== undefined) terms.push(['namespace = ?', [namespace]]);
  if (state !== undefined) terms.push(['state = ?', [state]]);
  if (after !== undefined) terms.push(['(last_seen, fingerprint) < (?, ?)', [after.lastSeen, after.fingerprint]]);
  const where = terms.length === 0 ? '' : `WHERE ${terms.map(([term]) => term).join(' AND ')}`;
  const rows = sql.all<Row>(
    `SELECT doc FROM error_groups ${where} ORDER BY last_seen DESC, fingerprint DESC LIMIT ?`,
    ...terms.flatMap(([, params]) => params),
    limit,
  );
  return rows.map(({ doc }) => JSON.parse(doc) as ErrorGroup);
}

// RemovalStore on the embedded SQLite file.

import { type Database, type GroupCommit, migrate, type Sql } from '@hero-logic/platform';
import type { Gaits } from '../domain/removal/pace.ts';
import { type EndPlace, RETENTION, type RemovalStore, type WorkflowFigures } from '../domain/removal/removal-store.ts';
import { playFromDoc } from './play-rows.ts';
import { begunRows, dropBegun, ENDED, hideRow, removeHiddenRows, takeEndedRows } from './removal-rows.sqlite.ts';

const MIGRATIONS = [
  `
  CREATE TABLE play_removals (
    sid TEXT PRIMARY KEY,
    removed_by TEXT NOT NULL,
    removed_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX play_removals_by_time ON play_removals (removed_at);
  `,
  `
  CREATE TABLE play_labels_left (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL,
    sid TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE play_removals_begun (
    sid TEXT PRIMARY KEY
  ) STRICT, WITHOUT ROWID;
  `,
];

/** One writes at a time, and all others wait for it. */
const GAITS: Gaits = {
  full: { plays: 250, rest: 0.1 },
  between: { plays: 40, rest: 0 },
  givingWay: { plays: 40, rest: 4 },
  lookEveryMs: 2,
};

const FREED_AT_ONCE = 1000;
/** Each is on a page of its own: many are read, sorted, and go with their neighbours. */
const LABELS_AT_ONCE = 10_000;
const LABELS_PER_COMMIT = 250;

/** The tables of plays are there. */
export function createSqliteRemovalStore(options: {
  readonly db: Database;
  readonly commit: GroupCommit;
}): RemovalStore {
  const { db, commit } = options;
  migrate(db, 'removals', MIGRATIONS);
  const hidden = (by: string, atMost: number) =>
    db
      .all<{ sid: string }>(
        "SELECT sid FROM plays INDEXED BY plays_hidden WHERE hidden_by = ? AND hidden_by <> '' LIMIT ?",
        by,
        atMost,
      )
      .map(({ sid }) => sid);
  const pages = (pragma: string) => db.get<Record<string, number>>(`PRAGMA ${pragma}`)?.[pragma] ?? 0;
  return {
    gaits: GAITS,
    hide: (sids, by) => commit.write((sql) => sids.map((sid) => hideRow(sql, sid, by))),
    show: (by, atMost) =>
      commit.write((sql) => {
        const sids = hidden(by, atMost);
        for (const sid of sids) sql.run("UPDATE plays SET hidden_by = '' WHERE sid = ?", sid);
        return sids.length;
      }),
    async listHidden(by, atMost) {
      const begun = by === RETENTION ? begunRows(db, atMost) : [];
      return begun.length === 0 ? hidden(by, atMost) : begun;
    },
    takeEnded(range) {
      db.copyLogAside();
      return commit.writeLoosely((sql) => takeEndedRows(sql, range));
    },
    remove: (sids, by, now) =>
      commit.writeLoosely((sql) => {
        if (by === RETENTION && dropBegun(sql, sids) === sids.length) return;
        removeHiddenRows(sql, sids, by, now);
      }),
    async tidy(pace) {
      const left = db.all<{ id: number; label: string; sid: string }>(
        'SELECT id, label, sid FROM play_labels_left ORDER BY id LIMIT ?',
        LABELS_AT_ONCE,
      );
      const last = left.at(-1);
      if (last === undefined) return 0;
      left.sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
      for (let from = 0, atMost: number; from < left.length; from += atMost) {
        atMost = Math.min(LABELS_PER_COMMIT, (await pace?.next()) ?? LABELS_PER_COMMIT);
        const some = JSON.stringify(left.slice(from, from + atMost));
        const begin = performance.now();
        await commit.writeLoosely((sql) => sql.run(DROP_LABELS, some));
        await pace?.rest(performance.now() - begin, atMost);
      }
      await commit.writeLoosely((sql) => sql.run('DELETE FROM play_labels_left WHERE id <= ?', last.id));
      return left.length;
    },
    async find(sid) {
      const gone = db.get<{ removed_by: string; removed_at: number }>('SELECT * FROM play_removals WHERE sid = ?', sid);
      if (gone !== undefined) return { by: gone.removed_by, removedAt: gone.removed_at };
      const by = db.get<{ hidden_by: string }>('SELECT hidden_by FROM plays WHERE sid = ?', sid)?.hidden_by ?? '';
      return by === '' ? undefined : { by };
    },
    forget: (before, atMost) =>
      commit.write((sql) => {
        const old = 'SELECT sid FROM play_removals INDEXED BY play_removals_by_time WHERE removed_at < ? LIMIT ?';
        return sql.run(`DELETE FROM play_removals WHERE sid IN (${old})`, before, atMost).changes;
      }),
    nextWorkflow: async (after) =>
      db.get<{ next: string | null }>('SELECT MIN(workflow_sid) AS next FROM plays WHERE workflow_sid > ?', after)
        ?.next ?? undefined,
    firstOver: async (workflowSid, keep) => {
      const ended = `${ENDED} ORDER BY p.ended_at DESC, p.sid DESC LIMIT 1 OFFSET ?`;
      return db.get<EndPlace>(`SELECT p.ended_at AS endedAt, p.sid FROM ${ended}`, workflowSid, keep);
    },
    figures: async (workflowSid, sample) => figures(db, workflowSid, sample),
    files: async () => {
      const size = pages('page_size');
      return { bytes: pages('page_count') * size, free: pages('freelist_count') * size };
    },
    compact: () =>
      commit.write((sql) => {
        const before = pages('page_count');
        // Gives pages of the end, as far as they are free or can be moved; nothing on a file that was made without it.
        sql.all(`PRAGMA incremental_vacuum(${FREED_AT_ONCE})`);
        return (before - pages('page_count')) * pages('page_size');
      }),
  };
}

/** Unless a play of this sid was brought back meanwhile. */
const DROP_LABELS = `DELETE FROM play_labels
  WHERE (label, sid) IN (SELECT value ->> 'label', value ->> 'sid' FROM json_each(?))
    AND NOT EXISTS (SELECT 1 FROM plays WHERE plays.sid = play_labels.sid)`;

function figures(sql: Sql, workflowSid: string, sample: number): WorkflowFigures | undefined {
  const of = 'plays INDEXED BY plays_by_workflow WHERE workflow_sid = ?';
  const rows = sql.all<{ sid: string; doc: string }>(
    `SELECT sid, doc FROM ${of} ORDER BY sid DESC LIMIT ?`,
    workflowSid,
    sample,
  );
  const latest = rows[0];
  if (latest === undefined) return undefined;
  const oldest = sql.get<{ doc: string }>(`SELECT doc FROM ${of} ORDER BY sid LIMIT 1`, workflowSid);
  const texts = rows.reduce((sum, { sid, doc }) => sum + doc.length + textBytes(sql, sid), 0);
  return {
    workflowSid,
    workflowName: playFromDoc(latest.doc).workflowName,
    plays: sql.get<{ n: number }>(`SELECT COUNT(*) AS n FROM ${of}`, workflowSid)?.n ?? 0,
    oldestAt: playFromDoc(oldest?.doc ?? latest.doc).createdAt,
    sample: rows.map(({ sid }) => sid),
    sampleBytes: texts,
  };
}

function textBytes(sql: Sql, sid: string): number {
  const texts = 'SELECT COALESCE(SUM(LENGTH(CAST(text AS BLOB))), 0) AS n FROM play_texts WHERE play_sid = ?';
  return sql.get<{ n: number }>(texts, sid)?.n ?? 0;
}

// RemovalStore on the embedded SQLite file.

import { type Database, type GroupCommit, migrate, type Sql } from '@hero-logic/platform';
import { labelOf } from '../domain/filter/condition.ts';
import {
  BENCHMARK_HELPER,
  BENCHMARK_LABEL,
  type EndPlace,
  type Hiding,
  inUse,
  NOT_ENDED,
  NOT_THERE,
  type RemovalStore,
  type WorkflowFigures,
} from '../domain/removal/removal-store.ts';
import { playFromDoc } from './play-rows.ts';

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
];

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
    // One writes at a time, and all others wait for it.
    fewAtOnce: 25,
    hide: (sids, by) => commit.write((sql) => sids.map((sid) => hide(sql, sid, by))),
    show: (by, atMost) =>
      commit.write((sql) => {
        const sids = hidden(by, atMost);
        for (const sid of sids) sql.run("UPDATE plays SET hidden_by = '' WHERE sid = ?", sid);
        return sids.length;
      }),
    listHidden: async (by, atMost) => hidden(by, atMost),
    remove: (sids, by, now) => commit.write((sql) => remove(sql, sids, by, now)),
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
        await commit.write((sql) => sql.run(DROP_LABELS, some));
        await pace?.rest(performance.now() - begin);
      }
      await commit.write((sql) => sql.run('DELETE FROM play_labels_left WHERE id <= ?', last.id));
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
      const ended = `${ENDED} ORDER BY ended_at DESC, sid DESC LIMIT 1 OFFSET ?`;
      return db.get<EndPlace>(`SELECT ended_at AS endedAt, sid FROM ${ended}`, workflowSid, keep);
    },
    listEnded: async (workflowSid, after, upTo, atMost) =>
      db.all<EndPlace>(
        `SELECT ended_at AS endedAt, sid FROM ${ENDED} AND (ended_at, sid) > (?, ?) AND (ended_at, sid) <= (?, ?)
           AND hidden_by = '' ORDER BY ended_at, sid LIMIT ?`,
        workflowSid,
        after.endedAt,
        after.sid,
        upTo.endedAt,
        upTo.sid,
        atMost,
      ),
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

const ENDED = 'plays INDEXED BY plays_ended WHERE workflow_sid = ? AND ended_at IS NOT NULL';

interface Ties {
  readonly stage: number;
  readonly hidden_by: string;
  readonly above: number;
  readonly below: number;
  readonly fork: string | null;
  readonly benchmark: string | null;
}

const TIES = `SELECT p.stage, p.hidden_by,
  p.parent_sid <> '' AND EXISTS
    (SELECT 1 FROM plays a WHERE a.sid IN (p.parent_sid, p.doc ->> 'rootPlaySid') AND a.stage < 7) AS above,
  EXISTS (SELECT 1 FROM plays c INDEXED BY plays_by_parent
    WHERE c.parent_sid = p.sid AND c.parent_sid <> '' AND c.stage < 7) AS below,
  (SELECT f.sid FROM plays f INDEXED BY plays_forks
    WHERE f.forked_from = p.sid AND f.forked_from <> '' AND f.hidden_by <> ?2 LIMIT 1) AS fork,
  p.doc ->> '$.tags.${BENCHMARK_LABEL}' AS benchmark
  FROM plays p WHERE p.sid = ?1`;

function hide(sql: Sql, sid: string, by: string): Hiding {
  const ties = sql.get<Ties>(TIES, sid, by);
  if (ties === undefined) return NOT_THERE;
  if (ties.hidden_by !== '') return ties.hidden_by === by ? 'hidden' : 'already';
  if (ties.stage < 7) return NOT_ENDED;
  if (ties.above === 1) return inUse('a live play has spawned it');
  if (ties.below === 1) return inUse('a live play was spawned by it');
  if (ties.fork !== null) return inUse(`play ${ties.fork} is a fork of it`);
  const { benchmark } = ties;
  if (benchmark !== null && benchmark !== BENCHMARK_HELPER) return inUse(`benchmark ${benchmark} refers to it`);
  sql.run('UPDATE plays SET hidden_by = ? WHERE sid = ?', by, sid);
  return 'hidden';
}

/** Unless a play of this sid was brought back meanwhile. */
const DROP_LABELS = `DELETE FROM play_labels
  WHERE (label, sid) IN (SELECT value ->> 'label', value ->> 'sid' FROM json_each(?))
    AND NOT EXISTS (SELECT 1 FROM plays WHERE plays.sid = play_labels.sid)`;

/** A statement a table, however many plays go. Labels are left for `tidy`. */
function remove(sql: Sql, asked: readonly string[], by: string, now: number): void {
  const rows = sql.all<{ sid: string; doc: string }>(
    `SELECT sid, doc FROM plays WHERE sid IN ${LISTED} AND hidden_by = ?2`,
    JSON.stringify(asked),
    by,
  );
  for (const { sid, doc } of rows) {
    for (const [key, value] of Object.entries(playFromDoc(doc).tags)) {
      sql.run('INSERT INTO play_labels_left (label, sid) VALUES (?, ?)', labelOf(key, value), sid);
    }
  }
  const sids = JSON.stringify(rows.map(({ sid }) => sid));
  for (const table of ['play_texts', 'play_pauses', 'play_prefills']) {
    sql.run(`DELETE FROM ${table} WHERE play_sid IN ${LISTED}`, sids);
  }
  sql.run(`DELETE FROM plays WHERE sid IN ${LISTED}`, sids);
  sql.run(
    'INSERT OR REPLACE INTO play_removals (sid, removed_by, removed_at) SELECT value, ?2, ?3 FROM json_each(?1)',
    sids,
    by,
    now,
  );
}

const LISTED = '(SELECT value FROM json_each(?1))';

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

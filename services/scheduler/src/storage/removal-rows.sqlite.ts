// What keeps a play, and how its rows go: a statement a table, however many plays they are.

import type { Sql } from '@hero-logic/platform';
import { labelOf } from '../domain/filter/condition.ts';
import {
  BENCHMARK_HELPER,
  BENCHMARK_LABEL,
  type EndPlace,
  type Hiding,
  inUse,
  NOT_ENDED,
  NOT_THERE,
  RETENTION,
  type TakeEnded,
  type Taken,
} from '../domain/removal/removal-store.ts';

interface Ties {
  readonly above: number;
  readonly below: number;
  readonly fork: string | null;
}

/** ?1 = who removes: forks that go with the play do not keep it. */
const TIES = `p.parent_sid <> '' AND EXISTS
    (SELECT 1 FROM plays a WHERE a.sid IN (p.parent_sid, p.doc ->> 'rootPlaySid') AND a.stage < 7) AS above,
  EXISTS (SELECT 1 FROM plays c INDEXED BY plays_by_parent
    WHERE c.parent_sid = p.sid AND c.parent_sid <> '' AND c.stage < 7) AS below,
  (SELECT f.sid FROM plays f INDEXED BY plays_forks
    WHERE f.forked_from = p.sid AND f.forked_from <> '' AND f.hidden_by <> ?1 LIMIT 1) AS fork,
  p.doc -> '$.tags' AS tags`;

type Tags = Readonly<Record<string, string>>;

/** Undefined: nobody refers to it. */
function whyKept({ above, below, fork }: Ties, tags: Tags): string | undefined {
  if (above === 1) return 'a live play has spawned it';
  if (below === 1) return 'a live play was spawned by it';
  if (fork !== null) return `play ${fork} is a fork of it`;
  const benchmark = tags[BENCHMARK_LABEL];
  return benchmark === undefined || benchmark === BENCHMARK_HELPER ? undefined : `benchmark ${benchmark} refers to it`;
}

export function hideRow(sql: Sql, sid: string, by: string): Hiding {
  const found = sql.get<Ties & { stage: number; hidden_by: string; tags: string }>(
    `SELECT p.stage, p.hidden_by, ${TIES} FROM plays p WHERE p.sid = ?2`,
    by,
    sid,
  );
  if (found === undefined) return NOT_THERE;
  if (found.hidden_by !== '') return found.hidden_by === by ? 'hidden' : 'already';
  if (found.stage < 7) return NOT_ENDED;
  const why = whyKept(found, JSON.parse(found.tags));
  if (why !== undefined) return inUse(why);
  sql.run('UPDATE plays SET hidden_by = ? WHERE sid = ?', by, sid);
  return 'hidden';
}

export const ENDED = 'plays p INDEXED BY plays_ended WHERE p.workflow_sid = ? AND p.ended_at IS NOT NULL';

const CANDIDATES = `SELECT p.ended_at AS endedAt, p.sid, ${TIES}
  FROM plays p INDEXED BY plays_ended WHERE p.workflow_sid = ?2 AND p.ended_at IS NOT NULL
    AND (p.ended_at, p.sid) > (?3, ?4) AND (p.ended_at, p.sid) <= (?5, ?6) AND p.hidden_by = '' AND p.stage = 7
  ORDER BY p.ended_at, p.sid LIMIT ?7`;

/** They are gone at once, and stay listed as begun until `dropBegun`. */
export function takeEndedRows(sql: Sql, { workflowSid, after, upTo, atMost, now }: TakeEnded): Taken {
  const found = sql.all<Ties & EndPlace & { tags: string }>(
    CANDIDATES,
    RETENTION,
    workflowSid,
    after.endedAt,
    after.sid,
    upTo.endedAt,
    upTo.sid,
    atMost,
  );
  const going = found
    .map((one) => ({ ...one, tags: JSON.parse(one.tags) as Tags }))
    .filter((one) => whyKept(one, one.tags) === undefined);
  const sids = going.map(({ sid }) => sid);
  if (sids.length > 0) {
    removeRows(sql, going, RETENTION, now);
    sql.run('INSERT OR IGNORE INTO play_removals_begun (sid) SELECT value FROM json_each(?)', JSON.stringify(sids));
  }
  const last = found.at(-1);
  return { sids, last: last && { endedAt: last.endedAt, sid: last.sid } };
}

export function removeHiddenRows(sql: Sql, asked: readonly string[], by: string, now: number): void {
  const found = sql.all<{ sid: string; tags: string }>(
    `SELECT sid, doc -> '$.tags' AS tags FROM plays WHERE sid IN ${LISTED} AND hidden_by = ?2`,
    JSON.stringify(asked),
    by,
  );
  const going = found.map(({ sid, tags }) => ({ sid, tags: JSON.parse(tags) as Tags }));
  if (going.length > 0) removeRows(sql, going, by, now);
}

const LISTED = '(SELECT value FROM json_each(?1))';

/** Labels are left for `tidy`. */
function removeRows(
  sql: Sql,
  plays: readonly { readonly sid: string; readonly tags: Tags }[],
  by: string,
  now: number,
): void {
  const labels = plays.flatMap(({ sid, tags }) =>
    Object.entries(tags).map(([key, value]) => ({ label: labelOf(key, value), sid })),
  );
  if (labels.length > 0) {
    sql.run(
      "INSERT INTO play_labels_left (label, sid) SELECT value ->> 'label', value ->> 'sid' FROM json_each(?)",
      JSON.stringify(labels),
    );
  }
  const sids = JSON.stringify(plays.map(({ sid }) => sid));
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

/** One that was brought back meanwhile is not of those that have gone. */
export function begunRows(sql: Sql, atMost: number): string[] {
  const begun =
    'SELECT b.sid FROM play_removals_begun b WHERE NOT EXISTS (SELECT 1 FROM plays p WHERE p.sid = b.sid) LIMIT ?';
  return sql.all<{ sid: string }>(begun, atMost).map(({ sid }) => sid);
}

/** How many of them were begun. */
export function dropBegun(sql: Sql, sids: readonly string[]): number {
  return sql.run(`DELETE FROM play_removals_begun WHERE sid IN ${LISTED}`, JSON.stringify(sids)).changes;
}

// TriggerStore on the embedded SQLite file.

import { type Database, DEFAULT_NAMESPACE, type GroupCommit, migrate, type Sql } from '@hero-logic/platform';
import { slugTaken, triggerNotFound } from '../domain/errors.ts';
import type { SealSecrets } from '../domain/hook/secret-box.ts';
import { type Fire, isSettledFire, MAX_WAITING, nextFireAt, type Trigger } from '../domain/trigger/trigger.ts';
import {
  KEPT_FIRES,
  type TriggerChange,
  type TriggerFacts,
  type TriggerQuery,
  type TriggerStore,
} from '../domain/trigger/trigger-store.ts';

const MIGRATIONS = [
  `
  CREATE TABLE triggers (
    sid TEXT PRIMARY KEY,
    workflow_sid TEXT NOT NULL,
    kind TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    next_fire_at INTEGER,
    request_id TEXT NOT NULL,
    input TEXT NOT NULL,
    doc TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX triggers_by_request ON triggers (request_id) WHERE request_id <> '';
  CREATE INDEX triggers_by_workflow ON triggers (workflow_sid, sid);
  CREATE INDEX triggers_due ON triggers (next_fire_at) WHERE next_fire_at IS NOT NULL;

  CREATE TABLE trigger_fires (
    trigger_sid TEXT NOT NULL,
    id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    retry_at INTEGER,
    settled_seq INTEGER,
    input TEXT,
    doc TEXT NOT NULL,
    PRIMARY KEY (trigger_sid, id)
  ) STRICT;
  CREATE INDEX trigger_fires_by_time ON trigger_fires (trigger_sid, due_at, id);
  CREATE INDEX trigger_fires_waiting ON trigger_fires (trigger_sid, due_at, id) WHERE state = 'waiting';
  CREATE INDEX trigger_fires_live ON trigger_fires (trigger_sid, due_at, id) WHERE state IN ('starting', 'started');
  CREATE INDEX trigger_fires_starting ON trigger_fires (retry_at) WHERE state = 'starting';
  CREATE INDEX trigger_fires_started ON trigger_fires (trigger_sid, id) WHERE state = 'started';
  CREATE INDEX trigger_fires_settled ON trigger_fires (trigger_sid, settled_seq) WHERE settled_seq IS NOT NULL;
  `,
  `
  ALTER TABLE triggers ADD COLUMN slug TEXT NOT NULL DEFAULT '';
  CREATE UNIQUE INDEX triggers_by_slug ON triggers (slug) WHERE slug <> '';
  `,
];

/** More live firings than this are not told apart. */
const MOST_LIVE = 100;

interface Row {
  readonly doc: string;
}

export function createSqliteTriggerStore({
  db,
  commit,
  seal = (trigger) => trigger,
}: {
  readonly db: Database;
  readonly commit: GroupCommit;
  /** How the secrets are written; absent = as they are. */
  readonly seal?: SealSecrets | undefined;
}): TriggerStore {
  migrate(db, 'triggers', MIGRATIONS);
  const fires = (rows: Row[]) => rows.map(({ doc }) => JSON.parse(doc) as Fire);
  return {
    add: (trigger, inputData) => commit.write((sql) => add(sql, trigger, inputData, seal)),
    find: async (sid) => read(db, sid),
    findByRequest: async (requestId) => readByRequest(db, requestId),
    findBySlug: async (slug) => {
      const row = db.get<Row>("SELECT doc FROM triggers WHERE slug = ? AND slug <> ''", slug);
      return row && (JSON.parse(row.doc) as Trigger);
    },
    inputData: async (sid) => db.get<{ input: string }>('SELECT input FROM triggers WHERE sid = ?', sid)?.input ?? '',
    fireInput: async (sid, id) =>
      db.get<{ input: string | null }>('SELECT input FROM trigger_fires WHERE trigger_sid = ? AND id = ?', sid, id)
        ?.input ?? undefined,
    list: async (query) => list(db, query),
    change: (sid, fireIds, decide) =>
      commit.write((sql) => {
        const found = read(sql, sid);
        if (found === undefined) throw triggerNotFound(sid);
        const decided = decide(found, readFacts(sql, sid, fireIds));
        save(sql, found, decided, seal);
        return decided.result;
      }),
    remove: (sid) =>
      commit.write((sql) => {
        sql.run('DELETE FROM trigger_fires WHERE trigger_sid = ?', sid);
        return sql.run('DELETE FROM triggers WHERE sid = ?', sid).changes > 0;
      }),
    countWaiting: async (sid) =>
      db.get<{ n: number }>(
        "SELECT COUNT(*) AS n FROM trigger_fires INDEXED BY trigger_fires_waiting WHERE trigger_sid = ? AND state = 'waiting'",
        sid,
      )?.n ?? 0,
    listFires: async (sid, before, limit) =>
      fires(
        db.all<Row>(
          `SELECT doc FROM trigger_fires INDEXED BY trigger_fires_by_time
           WHERE trigger_sid = ? AND (due_at, id) < (?, ?) ORDER BY due_at DESC, id DESC LIMIT ?`,
          sid,
          before?.dueAt ?? Number.MAX_SAFE_INTEGER,
          before?.id ?? '',
          limit,
        ),
      ),
    ...createDue(db),
  };
}

type Due = Pick<TriggerStore, 'listDue' | 'listStarting' | 'nextDue' | 'listStarted' | 'listWaiting'>;

function createDue(db: Database): Due {
  const fires = (rows: Row[]) => rows.map(({ doc }) => JSON.parse(doc) as Fire);
  return {
    listDue: async (now, atMost) =>
      db
        .all<{ sid: string }>(
          'SELECT sid FROM triggers INDEXED BY triggers_due WHERE next_fire_at <= ? ORDER BY next_fire_at LIMIT ?',
          now,
          atMost,
        )
        .map(({ sid }) => sid),
    listStarting: async (now, atMost) =>
      fires(
        db.all<Row>(
          `SELECT doc FROM trigger_fires INDEXED BY trigger_fires_starting
           WHERE state = 'starting' AND retry_at <= ? ORDER BY retry_at LIMIT ?`,
          now,
          atMost,
        ),
      ),
    nextDue: async () =>
      db.get<{ at: number | null }>(
        `SELECT MIN(at) AS at FROM (
           SELECT MIN(next_fire_at) AS at FROM triggers INDEXED BY triggers_due WHERE next_fire_at IS NOT NULL UNION ALL
           SELECT MIN(retry_at) FROM trigger_fires INDEXED BY trigger_fires_starting WHERE state = 'starting')`,
      )?.at ?? undefined,
    listStarted: async (after, atMost) =>
      fires(
        db.all<Row>(
          `SELECT doc FROM trigger_fires INDEXED BY trigger_fires_started
           WHERE state = 'started' AND (trigger_sid, id) > (?, ?) ORDER BY trigger_sid, id LIMIT ?`,
          after?.triggerSid ?? '',
          after?.id ?? '',
          atMost,
        ),
      ),
    listWaiting: async (afterSid, atMost) =>
      db
        .all<{ sid: string }>(
          `SELECT DISTINCT trigger_sid AS sid FROM trigger_fires INDEXED BY trigger_fires_waiting
           WHERE state = 'waiting' AND trigger_sid > ? ORDER BY trigger_sid LIMIT ?`,
          afterSid,
          atMost,
        )
        .map(({ sid }) => sid),
  };
}

function read(sql: Sql, sid: string): Trigger | undefined {
  const row = sql.get<Row>('SELECT doc FROM triggers WHERE sid = ?', sid);
  return row && (JSON.parse(row.doc) as Trigger);
}

function readByRequest(sql: Sql, requestId: string): Trigger | undefined {
  if (requestId === '') return undefined;
  const row = sql.get<Row>("SELECT doc FROM triggers WHERE request_id = ? AND request_id <> ''", requestId);
  return row && (JSON.parse(row.doc) as Trigger);
}

function list(sql: Sql, { workflowSid, namespace, kind, enabled, beforeSid, limit }: TriggerQuery): Trigger[] {
  const rows = sql.all<Row>(
    `SELECT doc FROM triggers WHERE (?1 = '' OR workflow_sid = ?1) AND (?2 = '' OR kind = ?2)
       AND (?3 IS NULL OR enabled = ?3) AND (?4 = '' OR sid < ?4)
       AND (?6 = '' OR coalesce(json_extract(doc, '$.namespace'), '${DEFAULT_NAMESPACE}') = ?6) ORDER BY sid DESC LIMIT ?5`,
    workflowSid,
    kind ?? '',
    enabled === undefined ? null : Number(enabled),
    beforeSid,
    limit,
    namespace ?? '',
  );
  return rows.map(({ doc }) => JSON.parse(doc) as Trigger);
}

function add(sql: Sql, trigger: Trigger, inputData: string, seal: SealSecrets): Trigger {
  const known = readByRequest(sql, trigger.requestId);
  if (known !== undefined) return known;
  sql.run(
    `INSERT INTO triggers (sid, workflow_sid, kind, enabled, next_fire_at, request_id, slug, input, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    trigger.sid,
    trigger.workflowSid,
    trigger.kind,
    Number(trigger.enabled),
    nextFireAt(trigger) ?? null,
    trigger.requestId,
    freeSlug(sql, trigger),
    inputData,
    JSON.stringify(seal(trigger)),
  );
  return trigger;
}

/** Its slug, when no other trigger has it. */
function freeSlug(sql: Sql, { sid, slug = '' }: Trigger): string {
  const other =
    slug === ''
      ? undefined
      : sql.get<{ sid: string }>("SELECT sid FROM triggers WHERE slug = ? AND slug <> '' AND sid <> ?", slug, sid);
  if (other === undefined) return slug;
  throw slugTaken(slug);
}

function readFacts(sql: Sql, sid: string, fireIds: readonly string[]): TriggerFacts {
  const fires = (index: string, where: string, atMost: number) =>
    sql
      .all<Row>(
        `SELECT doc FROM trigger_fires INDEXED BY ${index} WHERE trigger_sid = ? AND ${where} ORDER BY due_at, id LIMIT ?`,
        sid,
        atMost,
      )
      .map(({ doc }) => JSON.parse(doc) as Fire);
  const known = fireIds.flatMap((id) => {
    const row = sql.get<Row>('SELECT doc FROM trigger_fires WHERE trigger_sid = ? AND id = ?', sid, id);
    return row === undefined ? [] : [[id, JSON.parse(row.doc) as Fire] as const];
  });
  return {
    waiting: fires('trigger_fires_waiting', "state = 'waiting'", 3 * MAX_WAITING),
    live: fires('trigger_fires_live', "state IN ('starting', 'started')", MOST_LIVE),
    known: new Map(known),
  };
}

function save(sql: Sql, found: Trigger, change: TriggerChange<unknown>, seal: SealSecrets): void {
  const { trigger = found, fires = [], fireInputs = {}, inputData } = change;
  if (trigger !== found) {
    sql.run(
      'UPDATE triggers SET enabled = ?, next_fire_at = ?, slug = ?, doc = ? WHERE sid = ?',
      Number(trigger.enabled),
      nextFireAt(trigger) ?? null,
      freeSlug(sql, trigger),
      JSON.stringify(seal(trigger)),
      trigger.sid,
    );
  }
  if (inputData !== undefined) sql.run('UPDATE triggers SET input = ? WHERE sid = ?', inputData, trigger.sid);
  for (const fire of fires) writeFire(sql, fire, fireInputs[fire.id]);
  if (fires.some(isSettledFire)) dropOld(sql, trigger.sid);
}

function writeFire(sql: Sql, fire: Fire, input: string | undefined): void {
  sql.run(
    `INSERT INTO trigger_fires (trigger_sid, id, due_at, state, retry_at, settled_seq, input, doc)
     VALUES (?1, ?2, ?3, ?4, ?5, CASE WHEN ?6 THEN (SELECT COALESCE(MAX(settled_seq), 0) + 1 FROM trigger_fires
       INDEXED BY trigger_fires_settled WHERE trigger_sid = ?1 AND settled_seq IS NOT NULL) END, ?7, ?8)
     ON CONFLICT (trigger_sid, id) DO UPDATE SET state = excluded.state, retry_at = excluded.retry_at,
       settled_seq = excluded.settled_seq, input = COALESCE(excluded.input, input), doc = excluded.doc`,
    fire.triggerSid,
    fire.id,
    fire.dueAt,
    fire.state,
    fire.retryAt ?? null,
    isSettledFire(fire) ? 1 : 0,
    input ?? null,
    JSON.stringify(fire),
  );
}

function dropOld(sql: Sql, triggerSid: string): void {
  sql.run(
    `DELETE FROM trigger_fires WHERE trigger_sid = ?1 AND settled_seq IS NOT NULL AND settled_seq <=
       (SELECT settled_seq FROM trigger_fires INDEXED BY trigger_fires_settled
        WHERE trigger_sid = ?1 AND settled_seq IS NOT NULL ORDER BY settled_seq DESC LIMIT 1 OFFSET ${KEPT_FIRES})`,
    triggerSid,
  );
}

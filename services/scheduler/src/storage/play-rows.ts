// Rows and what they mean.

import type { Sql } from '@hero-logic/platform';
import { isFresh, rankOf } from '../domain/gates.ts';
import { dueAt, type Pause, type PauseKind, type PauseState } from '../domain/pause.ts';
import { isTerminal, type Play } from '../domain/play.ts';
import { left, stageOf } from './play-gates.sqlite.ts';

/** Parts of `play_texts` that belong to a play; those of a pause are the names of its texts. */
export type PlayText = 'input' | 'output';
type PauseText = 'schema' | 'ui' | 'message' | 'default' | 'payload';

export interface PauseRow {
  readonly play_sid: string;
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly expires_at: number | null;
  readonly answer_seq: number | null;
  readonly delivered_in: number | null;
  readonly child_sid: string | null;
  readonly await_group: string | null;
  readonly doc: string;
}

/** What of a pause is not searched by and is not long. */
interface PauseDoc {
  readonly name: string;
  readonly spanId: string;
  readonly timeoutMs?: number;
  readonly askedAt: number;
  readonly resumedAt?: number;
  readonly resumedBy: string;
  readonly rules?: Pause['rules'];
  readonly claim?: Pause['claim'];
  readonly votes?: Pause['votes'];
  readonly escalatesAt?: Pause['escalatesAt'];
  readonly escalatedAt?: Pause['escalatedAt'];
  readonly history?: Pause['history'];
  /** When it expires, if that is not when time next does something to it. */
  readonly expiresAt?: number | null;
}

export function playFromDoc(doc: string): Play {
  return JSON.parse(doc) as Play;
}

export function readPlay(sql: Sql, sid: string): Play | undefined {
  const row = sql.get<{ doc: string }>('SELECT doc FROM plays WHERE sid = ?', sid);
  return row === undefined ? undefined : playFromDoc(row.doc);
}

export function readByIdempotencyKey(sql: Sql, workflowSid: string, key: string): Play | undefined {
  if (key === '') return undefined;
  const row = sql.get<{ doc: string }>(
    "SELECT doc FROM plays WHERE workflow_sid = ? AND idempotency_key = ? AND idempotency_key <> ''",
    workflowSid,
    key,
  );
  return row === undefined ? undefined : playFromDoc(row.doc);
}

/** Nothing changes by which plays are found and ordered. */
function isSamePlace(before: Play, next: Play): boolean {
  const isHeldAsBefore = (next.hold === undefined) === (before.hold === undefined);
  const isTimedAsBefore = next.notBefore === before.notBefore;
  return next.status === before.status && isHeldAsBefore && isTimedAsBefore && next.versionSid === before.versionSid;
}

/** Writes the next state of a play; with its end its open pauses are withdrawn. Gives the play with its rev: the next one unless told. */
export function writePlay(sql: Sql, before: Play, after: Play, rev = before.rev + 1): Play {
  const next = { ...after, rev };
  const expiresAt = next.lease?.expiresAt ?? null;
  if (isSamePlace(before, next)) {
    sql.run('UPDATE plays SET lease_expires_at = ?, doc = ? WHERE sid = ?', expiresAt, JSON.stringify(next), next.sid);
    return next;
  }
  sql.run(
    `UPDATE plays SET version_sid = ?, status = ?, rank = ?, stage = ?, fresh = ?, started_at = ?, ended_at = ?, executor_id = ?,
       lease_expires_at = ?, doc = ? WHERE sid = ?`,
    next.versionSid,
    next.status,
    rankOf(next),
    stageOf(sql, next, next.readyAt ?? next.createdAt),
    isFresh(next) ? 1 : 0,
    next.startedAt ?? null,
    next.completedAt ?? null,
    next.lease?.executorId ?? null,
    expiresAt,
    JSON.stringify(next),
    next.sid,
  );
  const hadPlace = before.status === 'pending' || before.status === 'running';
  if (hadPlace && next.status !== 'running') left(sql, before);
  if (isTerminal(next.status) && !isTerminal(before.status)) {
    sql.run("UPDATE play_pauses SET state = 'withdrawn' WHERE play_sid = ? AND state = 'open'", next.sid);
  }
  return next;
}

export function readText(sql: Sql, playSid: string, part: PlayText): string {
  const row = sql.get<{ text: string }>(
    "SELECT text FROM play_texts WHERE play_sid = ? AND pause_id = '' AND part = ?",
    playSid,
    part,
  );
  return row?.text ?? '';
}

export function writeText(sql: Sql, playSid: string, pauseId: string, part: string, text: string): void {
  sql.run('INSERT INTO play_texts (play_sid, pause_id, part, text) VALUES (?, ?, ?, ?)', playSid, pauseId, part, text);
}

/** A pause without its long texts. */
export function pauseFromRow(row: PauseRow, texts: Partial<Record<PauseText, string>> = {}): Pause {
  const { expiresAt = row.expires_at, ...doc } = JSON.parse(row.doc) as PauseDoc;
  return {
    ...doc,
    id: row.id,
    playSid: row.play_sid,
    kind: row.kind as PauseKind,
    state: row.state as PauseState,
    expiresAt: expiresAt ?? undefined,
    answerSeq: row.answer_seq ?? undefined,
    deliveredIn: row.delivered_in ?? undefined,
    child: row.kind === 'child' ? { playSid: row.child_sid ?? '', group: row.await_group ?? '' } : undefined,
    schema: texts.schema ?? '',
    ui: texts.ui ?? '',
    message: texts.message ?? '',
    defaultPayload: texts.default,
    payload: texts.payload,
  };
}

/** Pauses with their texts, from rows of a pause joined with one text each; the rows of one pause stand together. */
export function pausesFromJoin(rows: readonly (PauseRow & { part: PauseText | null; text: string | null })[]): Pause[] {
  const pauses: Pause[] = [];
  for (let at = 0; at < rows.length; ) {
    const row = rows[at] as (typeof rows)[number];
    const texts: Partial<Record<PauseText, string>> = {};
    for (; rows[at]?.id === row.id; at++) {
      const { part, text } = rows[at] as (typeof rows)[number];
      if (part !== null && text !== null) texts[part] = text;
    }
    pauses.push(pauseFromRow(row, texts));
  }
  return pauses;
}

/** A pause with its texts. */
export function fullPause(sql: Sql, row: PauseRow): Pause {
  const texts = sql.all<{ part: PauseText; text: string }>(
    'SELECT part, text FROM play_texts WHERE play_sid = ? AND pause_id = ?',
    row.play_sid,
    row.id,
  );
  return pauseFromRow(row, Object.fromEntries(texts.map(({ part, text }) => [part, text])));
}

export function readPause(sql: Sql, playSid: string, id: string): Pause | undefined {
  const row = sql.get<PauseRow>('SELECT * FROM play_pauses WHERE play_sid = ? AND id = ?', playSid, id);
  return row === undefined ? undefined : fullPause(sql, row);
}

function pauseDoc(pause: Pause, due: number | null): PauseDoc {
  const { name, spanId, timeoutMs, askedAt, resumedAt, resumedBy, expiresAt = null } = pause;
  const { rules, claim, votes, escalatesAt, escalatedAt, history } = pause;
  return {
    ...{ name, spanId, timeoutMs, askedAt, resumedAt, resumedBy },
    ...{ rules, claim, votes, escalatesAt, escalatedAt, history },
    ...(expiresAt === due ? {} : { expiresAt }),
  } as PauseDoc;
}

/** Writes a pause: all of it the first time, later only its state and the answer when it comes. */
export function writePause(sql: Sql, before: Pause | undefined, after: Pause): void {
  const due = dueAt(after) ?? null;
  sql.run(
    `INSERT INTO play_pauses (play_sid, id, kind, state, expires_at, answer_seq, delivered_in, child_sid, await_group, doc)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (play_sid, id) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at, answer_seq = excluded.answer_seq,
       delivered_in = excluded.delivered_in, doc = excluded.doc`,
    after.playSid,
    after.id,
    after.kind,
    after.state,
    due,
    after.answerSeq ?? null,
    after.deliveredIn ?? null,
    after.child?.playSid || null,
    after.child?.group || null,
    JSON.stringify(pauseDoc(after, due)),
  );
  if (before === undefined) {
    for (const part of ['schema', 'ui', 'message'] as const) {
      if (after[part] !== '') writeText(sql, after.playSid, after.id, part, after[part]);
    }
    if (after.defaultPayload !== undefined) {
      writeText(sql, after.playSid, after.id, 'default', after.defaultPayload);
    }
  }
  if (after.payload !== undefined && before?.payload === undefined) {
    writeText(sql, after.playSid, after.id, 'payload', after.payload);
  }
}

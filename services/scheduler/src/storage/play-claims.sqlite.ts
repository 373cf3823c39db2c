// Claims and leases.

import type { GroupCommit, Sql } from '@hero-logic/platform';
import { isFresh, slotCost } from '../domain/gates.ts';
import { claim, type Lease, type LeaseGrant, type LeaseState, renew } from '../domain/lease.ts';
import type { Answer } from '../domain/pause.ts';
import { begin, type Play } from '../domain/play.ts';
import type { ClaimedPlay, ClaimLimits, PlayStore } from '../domain/play-store.ts';
import { openDueRates, retryRate, stillPasses } from './play-gates.sqlite.ts';
import { playFromDoc, readPlay, readText, writePlay } from './play-rows.ts';
import type { SqliteOutbox } from './webhook-store.sqlite.ts';

type Claims = Pick<PlayStore, 'claim' | 'renew' | 'openRates' | 'beginDelayed'>;

export function createPlayClaims(commit: GroupCommit, outbox: SqliteOutbox): Claims {
  return {
    claim: (limits, grant) => commit.write((sql) => claimPending(sql, limits, grant, outbox)),
    beginDelayed: (now) => commit.write((sql) => beginDelayed(sql, now)),
    openRates: (now) => commit.write((sql) => openDueRates(sql, now)),
    renew: (leases, now, ttlMs) =>
      commit.write((sql) => leases.map(({ playSid, token }) => renewOne(sql, playSid, token, now, ttlMs))),
  };
}

function claimPending(sql: Sql, limits: ClaimLimits, grant: () => LeaseGrant, outbox: SqliteOutbox): ClaimedPlay[] {
  const claimed: ClaimedPlay[] = [];
  let { slots } = limits;
  let bytes = 0;
  let next = grant();
  openDueRates(sql, next.now);
  while (claimed.length < limits.plays && slots > 0) {
    const pending = readNext(sql);
    if (pending === undefined) break;
    if (!stillPasses(sql, pending, next.now)) continue;
    const cost = slotCost(pending);
    if (cost > slots && (claimed.length > 0 || !isIdle(sql, next.executorId))) break;
    bytes += pending.inputBytes + pending.answerBytes + Math.min(pending.childAnswerBytes, limits.childBytes);
    if (claimed.length > 0 && bytes > limits.bytes) break;
    const play = writePlay(sql, pending, claim(pending, next));
    outbox.record(sql, { before: pending, after: play });
    if (isFresh(pending)) retryRate(sql, play.workflowSid, next.now);
    slots -= cost;
    next = grant();
    const answers = pending.answers === 0 ? [] : readAnswers(sql, pending, limits.childBytes);
    if (pending.answers > 0) {
      sql.run(
        'UPDATE play_pauses SET delivered_in = 0 WHERE play_sid = ? AND answer_seq IS NOT NULL AND delivered_in IS NULL',
        play.sid,
      );
    }
    claimed.push({ play, lease: play.lease as Lease, inputData: readText(sql, play.sid, 'input'), answers });
  }
  return claimed;
}

const MOST_BEGIN = 500;

function beginDelayed(sql: Sql, now: number): boolean {
  const due = sql.all<{ doc: string }>(
    `SELECT doc FROM plays INDEXED BY plays_delayed WHERE stage = -1 AND doc ->> 'notBefore' <= ?
     ORDER BY doc ->> 'notBefore' LIMIT ?`,
    now,
    MOST_BEGIN,
  );
  for (const play of due.map(({ doc }) => playFromDoc(doc))) writePlay(sql, play, begin(play));
  return due.length > 0;
}

function readNext(sql: Sql): Play | undefined {
  const row = sql.get<{ doc: string }>(
    'SELECT doc FROM plays INDEXED BY plays_ready WHERE stage = 4 ORDER BY rank, sid LIMIT 1',
  );
  return row === undefined ? undefined : playFromDoc(row.doc);
}

function isIdle(sql: Sql, executorId: string): boolean {
  const text = "SELECT 1 FROM plays INDEXED BY plays_running WHERE status = 'running' AND executor_id = ? LIMIT 1";
  return sql.get(text, executorId) === undefined;
}

interface AnswerRow {
  readonly id: string;
  readonly name: string;
  readonly payload: string | null;
  readonly state: string;
}

const ANSWERS = `SELECT p.id, p.doc ->> 'name' AS name, t.text AS payload, p.state FROM play_pauses p
  LEFT JOIN play_texts t ON t.play_sid = p.play_sid AND t.pause_id = p.id AND t.part = 'payload'
  WHERE p.play_sid = ? AND p.answer_seq IS NOT NULL`;

function readAnswers(sql: Sql, play: Play, childBytes: number): Answer[] {
  const leftOut = play.childAnswerBytes > childBytes ? tooMuch(sql, play.sid, childBytes) : undefined;
  const rows =
    leftOut === undefined
      ? sql.all<AnswerRow>(`${ANSWERS} ORDER BY p.answer_seq`, play.sid)
      : sql.all<AnswerRow>(
          `${ANSWERS} AND p.id NOT IN (SELECT value FROM json_each(?)) ORDER BY p.answer_seq`,
          play.sid,
          JSON.stringify(leftOut),
        );
  return rows.map(({ id, name, payload, state }) => ({
    id,
    name,
    payload: payload ?? '',
    expired: state === 'expired',
  }));
}

/** The answers of children that do not fit: those that no run has been given go first, the others are recorded steps by now. */
function tooMuch(sql: Sql, playSid: string, childBytes: number): string[] {
  const rows = sql.all<{ id: string; size: number }>(
    `SELECT p.id, octet_length(t.text) AS size FROM play_pauses p
     JOIN play_texts t ON t.play_sid = p.play_sid AND t.pause_id = p.id AND t.part = 'payload'
     WHERE p.play_sid = ? AND p.answer_seq IS NOT NULL AND p.kind = 'child'
     ORDER BY p.delivered_in IS NOT NULL, p.answer_seq`,
    playSid,
  );
  let bytes = 0;
  const firstOut = rows.findIndex(({ size }) => {
    bytes += size;
    return bytes > childBytes;
  });
  return firstOut < 0 ? [] : rows.slice(firstOut).map(({ id }) => id);
}

function renewOne(sql: Sql, playSid: string, token: string, now: number, ttlMs: number): LeaseState {
  const found = readPlay(sql, playSid);
  if (found === undefined) return 'lost';
  const { state, play } = renew(found, token, now, ttlMs);
  // Not a change that a watcher would want to see: the rev stays.
  if (state !== 'lost') writePlay(sql, found, play, found.rev);
  return state;
}

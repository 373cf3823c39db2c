// One play's decisions: load, let the domain decide, save, all in one transaction.

import type { GroupCommit, Sql } from '@hero-logic/platform';
import { playNotFound } from '../domain/errors.ts';
import { labelOf, placeOf } from '../domain/filter/condition.ts';
import { DISPLACED, displacedBy, isFresh, keyGateOf, rankOf } from '../domain/gates.ts';
import type { Pause } from '../domain/pause.ts';
import { cancel, type Play } from '../domain/play.ts';
import type { AddedPlay, NewPlay, PlayStore } from '../domain/play-store.ts';
import type { PlayFacts } from '../domain/run.ts';
import { stageOf } from './play-gates.sqlite.ts';
import { readByIdempotencyKey, readPause, readPlay, writePause, writePlay, writeText } from './play-rows.ts';
import type { SqliteOutbox } from './webhook-store.sqlite.ts';

type Changes = Pick<PlayStore, 'add' | 'change' | 'changePause' | 'takePrefill'>;

export function createPlayChanges(commit: GroupCommit, outbox: SqliteOutbox): Changes {
  return {
    add: (added) => commit.write((sql) => addPlay(sql, added, outbox)),
    change: (sid, decide) =>
      commit.write((sql) => {
        const found = require(sql, sid);
        const { play, outputData, result } = decide(found, readFacts(sql, found));
        if (play !== undefined && play !== found) {
          outbox.record(sql, { before: found, after: writePlay(sql, found, play) });
        }
        if (outputData !== undefined) writeText(sql, sid, '', 'output', outputData);
        return result;
      }),
    changePause: (sid, resumeId, decide) =>
      commit.write((sql) => {
        const found = require(sql, sid);
        const known = readPause(sql, sid, resumeId);
        const { play, pause, child, dropsOpen, result } = decide(found, known, { groupOpen: isGroupOpen(sql, known) });
        if (pause !== undefined) writePause(sql, known, pause);
        if (dropsOpen) dropOpenPauses(sql, sid);
        if (child !== undefined) addPlay(sql, child, outbox);
        if (play !== undefined || pause !== undefined) {
          const after = writePlay(sql, found, play ?? found);
          outbox.record(sql, { before: found, after, pause: pause && { before: known, after: pause } });
        }
        return result;
      }),
    takePrefill: (sid, resumeId, name) => commit.write((sql) => takePrefill(sql, sid, resumeId, name)),
  };
}

function require(sql: Sql, sid: string): Play {
  const play = readPlay(sql, sid);
  if (play === undefined) throw playNotFound(sid);
  return play;
}

function addPlay(sql: Sql, added: NewPlay, outbox: SqliteOutbox): AddedPlay {
  const { play, inputData, outputData = '', prefill, pauses = [], onConflict = 'queue' } = added;
  const known = readPlay(sql, play.sid) ?? readByIdempotencyKey(sql, play.workflowSid, play.idempotencyKey);
  if (known !== undefined) return { play: known, added: false, displaced: [] };
  const displaced = onConflict === 'queue' ? [] : displacedBy(play, onConflict, liveOfKey(sql, play));
  sql.run(
    `INSERT INTO plays (sid, workflow_sid, version_sid, status, rank, key_gate, stage, fresh, idempotency_key, names, parent_sid,
       parent_resume_id, forked_from, started_at, ended_at, doc, namespace)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    play.sid,
    play.workflowSid,
    play.versionSid,
    play.status,
    rankOf(play),
    keyGateOf(play),
    stageOf(sql, play, play.createdAt),
    isFresh(play) ? 1 : 0,
    play.idempotencyKey,
    `${play.name}\n${play.workflowName}`.toLowerCase(),
    play.parentPlaySid,
    play.parentResumeId,
    play.forkedFrom?.playSid ?? '',
    play.startedAt ?? null,
    play.completedAt ?? null,
    JSON.stringify(play),
    placeOf(play.namespace),
  );
  for (const [key, value] of Object.entries(play.tags)) {
    sql.run('INSERT OR IGNORE INTO play_labels (label, sid) VALUES (?, ?)', labelOf(key, value), play.sid);
  }
  writeText(sql, play.sid, '', 'input', inputData);
  if (outputData !== '') writeText(sql, play.sid, '', 'output', outputData);
  prefill.forEach(({ key, payload }, seq) => {
    sql.run('INSERT INTO play_prefills (play_sid, seq, key, payload) VALUES (?, ?, ?, ?)', play.sid, seq, key, payload);
  });
  for (const pause of pauses) writePause(sql, undefined, pause);
  if (play.importedFrom === undefined) outbox.record(sql, { before: undefined, after: play });
  return { play, added: true, displaced: displaced.map((sid) => displace(sql, sid, play.createdAt, outbox)) };
}

function displace(sql: Sql, sid: string, now: number, outbox: SqliteOutbox): Play {
  const found = require(sql, sid);
  const next = cancel(found, DISPLACED, now);
  if (next === found) return found;
  const after = writePlay(sql, found, next);
  outbox.record(sql, { before: found, after });
  return after;
}

/** Oldest first. */
function liveOfKey(sql: Sql, play: Play): string[] {
  const rows = sql.all<{ sid: string }>(
    "SELECT sid FROM plays INDEXED BY plays_in_key WHERE key_gate = ? AND key_gate <> '' AND stage < 7 ORDER BY sid",
    keyGateOf(play),
  );
  return rows.map(({ sid }) => sid);
}

function dropOpenPauses(sql: Sql, sid: string): void {
  const open = `SELECT id FROM play_pauses WHERE play_sid = ?1 AND state IN ('open', 'withdrawn')
    AND kind IN ('question', 'timer')`;
  sql.run(`DELETE FROM play_texts WHERE play_sid = ?1 AND pause_id IN (${open})`, sid);
  sql.run(`DELETE FROM play_pauses WHERE play_sid = ?1 AND id IN (${open})`, sid);
}

// Grouped rows of the index only: a fan-out has thousands of answers and one group.
const RIPE_ANSWER = `SELECT 1 FROM (SELECT DISTINCT await_group AS g FROM play_pauses INDEXED BY play_pauses_undelivered
  WHERE play_sid = ?1 AND answer_seq IS NOT NULL AND delivered_in IS NULL)
  WHERE g IS NULL OR NOT EXISTS
    (SELECT 1 FROM play_pauses o WHERE o.play_sid = ?1 AND o.await_group = g AND o.state = 'open')`;

function isGroupOpen(sql: Sql, pause: Pause | undefined): boolean {
  if (pause?.child === undefined || pause.child.group === '') return false;
  const open = sql.get(
    `SELECT 1 FROM play_pauses INDEXED BY play_pauses_grouped
     WHERE play_sid = ? AND await_group = ? AND state = 'open' AND id <> ? LIMIT 1`,
    pause.playSid,
    pause.child.group,
    pause.id,
  );
  return open !== undefined;
}

function readFacts(sql: Sql, play: Play): PlayFacts {
  if (play.status !== 'running') return { open: false, undelivered: false, deliveredInRun: false, unusedPrefill: [] };
  const facts = sql.get<{ open: number; undelivered: number; delivered: number }>(
    `SELECT EXISTS (SELECT 1 FROM play_pauses WHERE play_sid = ?1 AND state = 'open') AS open,
       EXISTS (${RIPE_ANSWER}) AS undelivered,
       EXISTS (SELECT 1 FROM play_pauses WHERE play_sid = ?1 AND delivered_in = ?2 AND delivered_in > 0) AS delivered`,
    play.sid,
    play.attempt,
  );
  return {
    open: facts?.open === 1,
    undelivered: facts?.undelivered === 1,
    deliveredInRun: facts?.delivered === 1,
    unusedPrefill: play.prefillOnly ? unusedPrefill(sql, play.sid) : [],
  };
}

function unusedPrefill(sql: Sql, playSid: string): string[] {
  const rows = sql.all<{ key: string }>(
    'SELECT key FROM play_prefills WHERE play_sid = ? GROUP BY key HAVING COUNT(used_by) = 0 ORDER BY MIN(seq)',
    playSid,
  );
  return rows.map(({ key }) => key);
}

function takePrefill(sql: Sql, playSid: string, resumeId: string, name: string): string | undefined {
  const taken = sql.get<{ payload: string }>(
    'SELECT payload FROM play_prefills WHERE play_sid = ? AND used_by = ?',
    playSid,
    resumeId,
  );
  if (taken !== undefined) return taken.payload;
  for (const key of [resumeId, name]) {
    const next = sql.get<{ seq: number; payload: string }>(
      'SELECT seq, payload FROM play_prefills WHERE play_sid = ? AND key = ? AND used_by IS NULL ORDER BY seq LIMIT 1',
      playSid,
      key,
    );
    if (next === undefined) continue;
    sql.run('UPDATE play_prefills SET used_by = ? WHERE play_sid = ? AND seq = ?', resumeId, playSid, next.seq);
    return next.payload;
  }
  return undefined;
}

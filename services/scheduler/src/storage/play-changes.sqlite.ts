// One play's decisions: load, let the domain decide, save, all in one transaction.

import type { GroupCommit, Sql } from '@hero-logic/platform';
import { playNotFound } from '../domain/errors.ts';
import type { Pause } from '../domain/pause.ts';
import type { Play } from '../domain/play.ts';
import type { NewPlay, PlayStore } from '../domain/play-store.ts';
import type { PlayFacts } from '../domain/run.ts';
import { playFromDoc, readPause, readPlay, writePause, writePlay, writeText } from './play-rows.ts';

type Changes = Pick<PlayStore, 'add' | 'change' | 'changePause' | 'takePrefill'>;

export function createPlayChanges(commit: GroupCommit): Changes {
  return {
    add: (added) => commit.write((sql) => addPlay(sql, added)),
    change: (sid, decide) =>
      commit.write((sql) => {
        const found = require(sql, sid);
        const { play, outputData, result } = decide(found, readFacts(sql, found));
        if (play !== undefined && play !== found) writePlay(sql, found, play);
        if (outputData !== undefined) writeText(sql, sid, '', 'output', outputData);
        return result;
      }),
    changePause: (sid, resumeId, decide) =>
      commit.write((sql) => {
        const found = require(sql, sid);
        const known = readPause(sql, sid, resumeId);
        const { play, pause, child, result } = decide(found, known, { groupOpen: isGroupOpen(sql, known) });
        if (pause !== undefined) writePause(sql, known, pause);
        if (child !== undefined) addPlay(sql, child);
        if (play !== undefined || pause !== undefined) writePlay(sql, found, play ?? found);
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

function addPlay(sql: Sql, { play, inputData, prefill }: NewPlay): { play: Play; added: boolean } {
  const { changes } = sql.run(
    `INSERT INTO plays (sid, workflow_sid, version_sid, status, priority, idempotency_key, names, parent_sid, parent_resume_id, doc)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    play.sid,
    play.workflowSid,
    play.versionSid,
    play.status,
    play.priority,
    play.idempotencyKey,
    `${play.name}\n${play.workflowName}`.toLowerCase(),
    play.parentPlaySid,
    play.parentResumeId,
    JSON.stringify(play),
  );
  if (changes === 0) {
    const same = readPlay(sql, play.sid);
    if (same !== undefined) return { play: same, added: false };
    const row = sql.get<{ doc: string }>(
      "SELECT doc FROM plays WHERE workflow_sid = ? AND idempotency_key = ? AND idempotency_key <> ''",
      play.workflowSid,
      play.idempotencyKey,
    );
    return { play: playFromDoc(row?.doc as string), added: false };
  }
  writeText(sql, play.sid, '', 'input', inputData);
  prefill.forEach(({ key, payload }, seq) => {
    sql.run('INSERT INTO play_prefills (play_sid, seq, key, payload) VALUES (?, ?, ?, ?)', play.sid, seq, key, payload);
  });
  return { play, added: true };
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

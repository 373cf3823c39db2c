// Looking at plays.

import type { Database, Sql } from '@hero-logic/platform';
import { type Pause, questionBytes } from '../domain/pause.ts';
import { isSettled, isTerminal, type Play } from '../domain/play.ts';
import type { PlayDetails, PlayStore } from '../domain/play-store.ts';
import {
  fullPause,
  type PauseRow,
  pauseFromRow,
  pausesFromJoin,
  readByIdempotencyKey,
  readPause,
  readPlay,
  readText,
} from './play-rows.ts';
import { searchPlays, searchSids } from './play-search.sqlite.ts';

type Reads = Pick<
  PlayStore,
  | 'find'
  | 'findByIdempotencyKey'
  | 'findSettled'
  | 'inputData'
  | 'outputData'
  | 'details'
  | 'findPause'
  | 'listOpenQuestions'
  | 'listAnswered'
  | 'list'
  | 'listSids'
  | 'listLive'
  | 'countLive'
  | 'countPending'
  | 'isBusy'
>;

const MAX_RECEIVED = 100;
const MAX_RECEIVED_BYTES = 8 * 1024 * 1024;
const MAX_WAITING_FOR = 1000;

export function createPlayReads(db: Database): Reads {
  return {
    find: async (sid) => readPlay(db, sid),
    findByIdempotencyKey: async (workflowSid, key) => readByIdempotencyKey(db, workflowSid, key),
    async findSettled(sid) {
      const play = readPlay(db, sid);
      if (play === undefined) return undefined;
      return { play, settled: isSettled(play, play.status === 'awaiting_resume' && hasOpenQuestion(db, sid)) };
    },
    inputData: async (sid) => readText(db, sid, 'input'),
    outputData: async (sid) => readText(db, sid, 'output'),
    details: async (sid) => readDetails(db, sid),
    findPause: async (sid, resumeId) => readPause(db, sid, resumeId),
    listOpenQuestions: async (sid) => openQuestions(db, sid),
    listAnswered: async (sid) => answered(db, sid),
    async list(query) {
      const { plays, next } = searchPlays(db, query);
      return { found: plays.map((play) => ({ play, waitingFor: waitingFor(db, play) })), next };
    },
    listSids: async (query) => searchSids(db, query),
    listLive: async (workflowSid) =>
      db
        .all<{ sid: string }>(
          'SELECT sid FROM plays INDEXED BY plays_in_workflow WHERE workflow_sid = ? AND stage < 7',
          workflowSid,
        )
        .map(({ sid }) => sid),
    countLive: async (workflowSid) =>
      db.get<{ n: number }>(
        'SELECT COUNT(*) AS n FROM plays INDEXED BY plays_in_workflow WHERE workflow_sid = ? AND stage < 7',
        workflowSid,
      )?.n ?? 0,
    countPending: async (atMost) =>
      db.get<{ n: number }>(
        'SELECT COUNT(*) AS n FROM (SELECT 1 FROM plays INDEXED BY plays_ready WHERE stage = 4 LIMIT ?)',
        atMost,
      )?.n ?? 0,
    isBusy: async () => db.get<{ busy: number }>(BUSY)?.busy === 1,
  };
}

const BUSY = `SELECT EXISTS (SELECT 1 FROM plays INDEXED BY plays_running WHERE status = 'running')
  OR EXISTS (SELECT 1 FROM plays INDEXED BY plays_ready WHERE stage = 4) AS busy`;

function hasOpenQuestion(sql: Sql, playSid: string): boolean {
  const sqlText =
    "SELECT 1 FROM play_pauses INDEXED BY play_pauses_questions WHERE play_sid = ? AND state = 'open' AND kind = 'question' LIMIT 1";
  return sql.get(sqlText, playSid) !== undefined;
}

function readDetails(sql: Sql, sid: string): PlayDetails | undefined {
  const play = readPlay(sql, sid);
  if (play === undefined) return undefined;
  const received = play.answers === 0 ? [] : receivedQuestions(sql, sid);
  return {
    play,
    inputData: readText(sql, sid, 'input'),
    outputData: readText(sql, sid, 'output'),
    pending: isTerminal(play.status) ? [] : openQuestions(sql, sid),
    received,
    receivedOmitted: play.answers === 0 ? 0 : countReceived(sql, sid) - received.length,
    waitingFor: waitingFor(sql, play),
  };
}

function openQuestions(sql: Sql, playSid: string): Pause[] {
  const rows = sql.all<Parameters<typeof pausesFromJoin>[0][number]>(
    `SELECT q.*, t.part, t.text FROM play_pauses q INDEXED BY play_pauses_questions
     LEFT JOIN play_texts t ON t.play_sid = q.play_sid AND t.pause_id = q.id
     WHERE q.play_sid = ? AND q.state = 'open' AND q.kind = 'question' ORDER BY q.rowid`,
    playSid,
  );
  return pausesFromJoin(rows);
}

function answered(sql: Sql, playSid: string): Pause[] {
  const rows = sql.all<Parameters<typeof pausesFromJoin>[0][number]>(
    `SELECT q.*, t.part, t.text FROM play_pauses q
     LEFT JOIN play_texts t ON t.play_sid = q.play_sid AND t.pause_id = q.id
     WHERE q.play_sid = ? AND q.answer_seq IS NOT NULL ORDER BY q.answer_seq`,
    playSid,
  );
  return pausesFromJoin(rows);
}

function receivedQuestions(sql: Sql, playSid: string): Pause[] {
  const rows = sql.all<PauseRow>(
    `SELECT * FROM play_pauses WHERE play_sid = ? AND answer_seq IS NOT NULL AND kind = 'question'
     ORDER BY answer_seq DESC LIMIT ${MAX_RECEIVED}`,
    playSid,
  );
  const received: Pause[] = [];
  let bytes = 0;
  for (const row of rows) {
    const pause = fullPause(sql, row);
    bytes += questionBytes(pause) + Buffer.byteLength(pause.payload ?? '');
    if (bytes > MAX_RECEIVED_BYTES) break;
    received.push(pause);
  }
  return received.reverse();
}

function countReceived(sql: Sql, playSid: string): number {
  const sqlText = `SELECT COUNT(*) AS n FROM play_pauses WHERE play_sid = ? AND answer_seq IS NOT NULL AND kind = 'question'`;
  return sql.get<{ n: number }>(sqlText, playSid)?.n ?? 0;
}

function waitingFor(sql: Sql, play: Play): Pause[] {
  if (play.status !== 'awaiting_resume') return [];
  const rows = sql.all<PauseRow>(
    `SELECT * FROM play_pauses WHERE play_sid = ? AND state = 'open' ORDER BY rowid LIMIT ${MAX_WAITING_FOR}`,
    play.sid,
  );
  return rows.map((row) => pauseFromRow(row));
}

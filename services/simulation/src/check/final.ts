// What must hold when all is over: nothing is stuck, nothing that was acknowledged is missing, and the output of each play is made
// of what was recorded for it.

import type { Ledger, Stored } from './ledger.ts';
import { isEnded } from './plays.ts';
import { type PlayRow, storedPauses, storedPlays, storedStep } from './stored.ts';
import { checkTriggers } from './triggers.ts';

export function checkEnd(stored: Stored, ledger: Ledger): void {
  const plays = storedPlays(stored.scheduler);
  const sids = new Set(plays.map(({ sid }) => sid));
  for (const [key, sid] of ledger.plays) if (!sids.has(sid)) ledger.broken(`play ${sid}, started as ${key}, is lost`);
  for (const [key, output] of ledger.steps) {
    const [sid = '', stepKey = ''] = key.split(' ');
    const found = storedStep(stored.executor, sid, stepKey);
    if (found !== output) ledger.broken(`step ${key} was acknowledged as ${output}, at the end it is ${found}`);
  }
  for (const play of plays) checkPlay(stored, ledger, play);
  checkMoves(ledger, plays);
  checkRaces(stored, ledger);
  checkChildren(stored, ledger);
  checkTriggers(stored, ledger);
}

const EXPECTED_FAILURES = ['StepFailed', 'ExecutorLost'];

function checkPlay(stored: Stored, ledger: Ledger, play: PlayRow): void {
  if (!isEnded(play.status)) ledger.broken(`play ${play.sid} is stuck as ${play.status}: ${play.doc}`);
  const pauses = storedPauses(stored.scheduler, play.sid);
  for (const pause of pauses) {
    const accepted = ledger.answers.get(`${play.sid} ${pause.id}`);
    if (accepted !== undefined && accepted !== pause.payload) {
      ledger.broken(`answer ${play.sid} ${pause.id} was accepted as ${accepted}, at the end it is ${pause.payload}`);
    }
    if (isEnded(play.status) && pause.state === 'open') ledger.broken(`play ${play.sid} ended and asks ${pause.id}`);
  }
  for (const key of ledger.answers.keys()) {
    const [sid, id] = key.split(' ');
    if (sid === play.sid && !pauses.some((pause) => pause.id === id)) ledger.broken(`answer ${key} is lost`);
  }
  const { error } = JSON.parse(play.doc) as { error?: { type: string; message: string } };
  if (play.status === 'failed' && !EXPECTED_FAILURES.includes(error?.type ?? '')) {
    ledger.broken(`play ${play.sid} failed as ${error?.type}: ${error?.message}`);
  }
  if (play.status === 'timed_out') ledger.broken(`play ${play.sid} timed out`);
  if (play.status === 'success') checkOutput(stored, ledger, play);
}

/** Every value of the output is the one that was recorded: of a step, of an answer, or of a child. */
function checkOutput(stored: Stored, ledger: Ledger, { sid, doc }: PlayRow): void {
  const { versionSid } = JSON.parse(doc) as { versionSid: string };
  const text = stored.scheduler.get<{ text: string }>(OUTPUT, sid)?.text ?? 'null';
  const values = JSON.parse(text) as Record<string, unknown> | null;
  const pauses = new Map(storedPauses(stored.scheduler, sid).map((pause) => [pause.id, pause]));
  for (const [path, value] of Object.entries(values ?? {})) {
    const pause = pauses.get(path);
    const recorded = pause === undefined ? storedStep(stored.executor, sid, `${versionSid}|${path}`) : pause.payload;
    const expected = pause?.state === 'expired' ? '"expired"' : recorded;
    if (JSON.stringify(value) !== JSON.stringify(JSON.parse(expected ?? 'null'))) {
      ledger.broken(`play ${sid} ended with ${JSON.stringify(value)} for ${path}, recorded is ${expected}`);
    }
  }
  const root = stored.executor.get<{ doc: string }>(ROOT_SPAN, sid);
  const { status = '' } = JSON.parse(root?.doc ?? '{}') as { status?: string };
  if (status !== 'ok' && status !== 'replayed') ledger.broken(`play ${sid} is a success, its root span is "${status}"`);
}

/** A play that is cancelled when it is answered stays where it is. */
function checkMoves({ moves, broken }: Ledger, plays: readonly PlayRow[]): void {
  const cancelled = new Set(plays.filter(({ doc }) => JSON.parse(doc).cancel !== undefined).map(({ sid }) => sid));
  for (const move of moves.acked) {
    const [sid = ''] = move.split(' ');
    if (!moves.seen.has(move) && !cancelled.has(sid)) broken(`play ${move} was acknowledged as moved, and never was`);
  }
}

/** What was withdrawn for the losers of a race stays so; another version of the flow may ask it again. */
function checkRaces(stored: Stored, { gone, moves, broken }: Ledger): void {
  const moved = new Set([...moves.seen].map((move) => move.split(' ')[0]));
  for (const [key, state] of gone) {
    const [sid = '', id] = key.split(' ');
    const now = storedPauses(stored.scheduler, sid).find((pause) => pause.id === id)?.state;
    if (now !== state && !moved.has(sid)) broken(`pause ${key} lost its race as ${state}, at the end it is ${now}`);
  }
}

function checkChildren(stored: Stored, ledger: Ledger): void {
  for (const row of stored.scheduler.all<{ parent_sid: string; id: string; n: number }>(TWINS)) {
    ledger.broken(`play ${row.parent_sid} has ${row.n} children for ${row.id}`);
  }
  for (const { sid } of stored.scheduler.all<{ sid: string }>(UNTOLD)) {
    ledger.broken(`child ${sid} has ended, and its parent was never told`);
  }
}

const OUTPUT = "SELECT text FROM play_texts WHERE play_sid = ? AND pause_id = '' AND part = 'output'";
const ROOT_SPAN = "SELECT doc FROM spans WHERE play_sid = ? AND span_id = 'root'";
const TWINS = `SELECT parent_sid, parent_resume_id AS id, count(*) AS n FROM plays WHERE parent_resume_id <> ''
  GROUP BY parent_sid, parent_resume_id HAVING n > 1`;
const UNTOLD = `SELECT sid FROM plays WHERE parent_resume_id <> '' AND told IS NULL
  AND status IN ('success', 'failed', 'cancelled', 'timed_out')`;

// The gates of plays (domain/gates.ts) on SQLite. Column `stage` says where each play stands; a play that stands at a closed gate is
// outside the index that claims read, so that a long queue before one gate costs the others nothing.
//
// Held: a play that could pass a gate never stands at it. So whenever a place is given up, in the same transaction the best of those
// that stand there are tried again. Only the rate also opens by time: `play_rates` has the moment for each workflow whose plays stand there.

import type { Sql } from '@hero-logic/platform';
import { type Gate, type GateKind, gatesOf, isFresh, keyGateOf, RATE_WINDOW_MS, rankOf } from '../domain/gates.ts';
import { isTerminal, type Play } from '../domain/play.ts';

const STAGE = {
  delayed: -1,
  held: 0,
  key: 1,
  rate: 2,
  workflow: 3,
  ready: 4,
  running: 5,
  waiting: 6,
  ended: 7,
} as const;
type Stage = (typeof STAGE)[keyof typeof STAGE];

const NEVER = Number.MAX_SAFE_INTEGER;

/** A play has left the place that it had as `before`: those behind it move up. */
export function left(sql: Sql, before: Play): void {
  // The time that the play itself knows: an earlier one only keeps a rate closed until the next claim looks.
  const now = before.lease?.renewedAt ?? before.readyAt ?? before.createdAt;
  const key = keyGateOf(before);
  if (key !== '') moveUp(sql, 'key', key, now);
  moveUp(sql, 'workflow', before.workflowSid, now);
  if (before.status !== 'pending' || !isFresh(before)) return;
  sql.run('UPDATE play_rates SET opens_at = 0 WHERE workflow_sid = ?', before.workflowSid);
}

/** Whether a ready play still passes all its gates; else it stands at the closed one from now on. */
export function stillPasses(sql: Sql, play: Play, now: number): boolean {
  if (gatesOf(play).length === 0) return true;
  const stage = stageOf(sql, play, now);
  if (stage === STAGE.ready) return true;
  setStage(sql, play, stage);
  const key = keyGateOf(play);
  if (stage < STAGE.workflow && key !== '') moveUp(sql, 'key', key, now);
  if (stage < STAGE.workflow) moveUp(sql, 'workflow', play.workflowSid, now);
  if (stage < STAGE.rate) retryRate(sql, play.workflowSid, now);
  return false;
}

/** A play of the workflow has begun, or gave up its turn: the rate may open at another moment now. */
export function retryRate(sql: Sql, workflowSid: string, now: number): void {
  const queued = sql.get('SELECT 1 FROM play_rates WHERE workflow_sid = ?', workflowSid) !== undefined;
  if (queued) openRate(sql, workflowSid, now);
}

/** Lets in who stands at a rate that is open by now; whether there was such a rate. */
export function openDueRates(sql: Sql, now: number): boolean {
  const due = sql.all<{ workflow_sid: string }>('SELECT workflow_sid FROM play_rates WHERE opens_at <= ?', now);
  for (const { workflow_sid } of due) openRate(sql, workflow_sid, now);
  return due.length > 0;
}

/** When the next rate opens; undefined = none is closed, or only a claim can tell. */
export function nextRateOpening(sql: Sql): number | undefined {
  const at = sql.get<{ at: number | null }>('SELECT MIN(opens_at) AS at FROM play_rates')?.at;
  return at === undefined || at === null || at === NEVER ? undefined : at;
}

/** Where a play stands that is written as it is. */
export function stageOf(sql: Sql, play: Play, now: number): Stage {
  if (play.status === 'running') return STAGE.running;
  if (play.status === 'awaiting_resume') return STAGE.waiting;
  if (isTerminal(play.status)) return STAGE.ended;
  if (play.hold !== undefined) return STAGE.held;
  if (play.notBefore !== undefined) return STAGE.delayed;
  const closed = gatesOf(play).find((gate) => !isOpen(sql, gate, play, now));
  return closed === undefined ? STAGE.ready : STAGE[closed.kind];
}

function isOpen(sql: Sql, gate: Gate, play: Play, now: number): boolean {
  if (isBehind(sql, gate.kind, play)) return false;
  if (gate.kind === 'key') return takenOfKey(sql, play, gate.limit) < gate.limit;
  if (gate.kind === 'workflow') return takenOfWorkflow(sql, play, gate.limit) < gate.limit;
  const opensAt = rateOpensAt(sql, play, gate.limit);
  if (opensAt <= now) return true;
  sql.run(
    `INSERT INTO play_rates (workflow_sid, opens_at) VALUES (?, ?)
     ON CONFLICT (workflow_sid) DO UPDATE SET opens_at = MIN(opens_at, excluded.opens_at)`,
    play.workflowSid,
    opensAt,
  );
  return false;
}

/** Somebody of better rank stands at the gate. New plays do not keep those that go on from a key: they may wait for the rate. */
function isBehind(sql: Sql, kind: GateKind, play: Play): boolean {
  const from = kind === 'key' ? IN_KEY : IN_WORKFLOW;
  const scope = kind === 'key' ? keyGateOf(play) : play.workflowSid;
  const whom = kind === 'key' && !isFresh(play) ? '0' : '0, 1';
  const standing = `${from} AND stage = ${STAGE[kind]} AND fresh IN (${whom}) ${BETTER}`;
  return count(sql, standing, 1, scope, rankOf(play), play.sid) > 0;
}

const BETTER = 'AND (rank, sid) < (?, ?)';

function count(sql: Sql, from: string, atMost: number, ...params: (string | number)[]): number {
  const query = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM plays ${from} LIMIT ?)`;
  return sql.get<{ n: number }>(query, ...params, Math.max(0, atMost))?.n ?? 0;
}

const IN_KEY = "INDEXED BY plays_in_key WHERE key_gate = ? AND key_gate <> '' AND stage < 7";
const IN_WORKFLOW = 'INDEXED BY plays_in_workflow WHERE workflow_sid = ? AND stage < 7';

/** Running, and passed with a better rank. One that stands at a rate keeps its place from other new plays, not from those that go on. */
function takenOfKey(sql: Sql, play: Play, atMost: number): number {
  const key = keyGateOf(play);
  const running = count(sql, `${IN_KEY} AND stage = 5 AND fresh = 0`, atMost, key);
  const passed = isFresh(play) ? '2, 3, 4' : '3, 4';
  const from = `${IN_KEY} AND stage IN (${passed}) AND fresh IN (0, 1) ${BETTER}`;
  return running + count(sql, from, atMost - running, key, rankOf(play), play.sid);
}

function takenOfWorkflow(sql: Sql, play: Play, atMost: number): number {
  const { workflowSid } = play;
  const running = count(sql, `${IN_WORKFLOW} AND stage = 5 AND fresh = 0`, atMost, workflowSid);
  const from = `${IN_WORKFLOW} AND stage = 4 AND fresh IN (0, 1) ${BETTER}`;
  return running + count(sql, from, atMost - running, workflowSid, rankOf(play), play.sid);
}

/** When the limit lets this play begin: a minute after the start that is as many back as places are left. */
function rateOpensAt(sql: Sql, play: Play, limit: number): number {
  const { workflowSid } = play;
  const from = `${IN_WORKFLOW} AND stage IN (3, 4) AND fresh = 1 ${BETTER}`;
  const before = count(sql, from, limit, workflowSid, rankOf(play), play.sid);
  if (before >= limit) return NEVER;
  const start = sql.get<{ at: number }>(
    `SELECT started_at AS at FROM plays INDEXED BY plays_started
     WHERE workflow_sid = ? AND started_at IS NOT NULL ORDER BY started_at DESC LIMIT 1 OFFSET ?`,
    workflowSid,
    limit - 1 - before,
  );
  return start === undefined ? 0 : start.at + RATE_WINDOW_MS;
}

function openRate(sql: Sql, workflowSid: string, now: number): void {
  sql.run('DELETE FROM play_rates WHERE workflow_sid = ?', workflowSid);
  moveUp(sql, 'rate', workflowSid, now);
}

/** Tries those that stand at a gate, best first, until the best cannot pass. */
function moveUp(sql: Sql, kind: GateKind, scope: string, now: number): void {
  for (;;) {
    const moved = readHeads(sql, kind, scope).some((play) => {
      const stage = stageOf(sql, play, now);
      if (stage !== STAGE[kind]) setStage(sql, play, stage);
      return stage !== STAGE[kind];
    });
    if (!moved) return;
  }
}

function setStage(sql: Sql, play: Play, stage: Stage): void {
  sql.run('UPDATE plays SET stage = ? WHERE sid = ?', stage, play.sid);
}

/** The best of those that never ran and the best of those that did, the better one first: a gate can be closed to one and open to the other. */
function readHeads(sql: Sql, kind: GateKind, scope: string): Play[] {
  const from = kind === 'key' ? IN_KEY : IN_WORKFLOW;
  const heads = [0, 1].flatMap((fresh) =>
    sql.all<{ rank: number; sid: string; doc: string }>(
      `SELECT rank, sid, doc FROM plays ${from} AND stage = ${STAGE[kind]} AND fresh = ${fresh} ORDER BY rank, sid LIMIT 1`,
      scope,
    ),
  );
  heads.sort((a, b) => a.rank - b.rank || (a.sid < b.sid ? -1 : 1));
  return heads.map(({ doc }) => JSON.parse(doc) as Play);
}

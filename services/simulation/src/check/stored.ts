// What lies on the disks, read past the services: the checks must not believe them.

import type { Database } from '@hero-logic/platform';

const migrated = new WeakSet<object>();

/** Before the first start there are no tables. */
export function isMigrated(stored: { readonly scheduler: Database; readonly executor: Database }): boolean {
  if (migrated.has(stored)) return true;
  const has = (db: Database, table: string) => db.get(TABLE, table) !== undefined;
  if (!has(stored.scheduler, 'plays') || !has(stored.executor, 'play_journal')) return false;
  migrated.add(stored);
  return true;
}

export interface PlayRow {
  readonly sid: string;
  readonly status: string;
  readonly doc: string;
}

export function storedPlays(scheduler: Database): PlayRow[] {
  return scheduler.all<PlayRow>('SELECT sid, status, doc FROM plays ORDER BY sid');
}

/** The output that stands: that of the table, else the first of the journal. */
export function storedStep(executor: Database, playSid: string, stepKey: string): string | undefined {
  const row = executor.get<{ output: string }>(STEP, playSid, stepKey);
  if (row !== undefined) return row.output;
  for (const { batch } of executor.all<{ batch: string }>(JOURNAL, playSid)) {
    const { steps } = JSON.parse(batch) as { steps: { stepKey: string; output: string }[] };
    const found = steps.find((step) => step.stepKey === stepKey);
    if (found !== undefined) return found.output;
  }
  return undefined;
}

export interface PauseRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly payload: string | null;
}

export function storedPauses(scheduler: Database, playSid: string): PauseRow[] {
  return scheduler.all<PauseRow>(PAUSES, playSid);
}

export function openQuestions(scheduler: Database): { readonly play_sid: string; readonly id: string }[] {
  return scheduler.all(QUESTIONS);
}

export function heldPlays(scheduler: Database): string[] {
  return scheduler.all<{ sid: string }>(HELD).map(({ sid }) => sid);
}

export function workflowOf(scheduler: Database, playSid: string): string | undefined {
  return scheduler.get<{ sid: string }>('SELECT workflow_sid AS sid FROM plays WHERE sid = ?', playSid)?.sid;
}

const HELD = "SELECT sid FROM plays WHERE doc ->> 'hold' IS NOT NULL";
const TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
const STEP = 'SELECT output FROM step_outputs WHERE play_sid = ? AND step_key = ?';
const JOURNAL = 'SELECT batch FROM play_journal WHERE play_sid = ? ORDER BY id';
const PAUSES = `SELECT p.id, p.kind, p.state, t.text AS payload FROM play_pauses p
  LEFT JOIN play_texts t ON t.play_sid = p.play_sid AND t.pause_id = p.id AND t.part = 'payload' WHERE p.play_sid = ?`;
const QUESTIONS = "SELECT play_sid, id FROM play_pauses WHERE state = 'open' AND kind = 'question'";

// What must hold of the plays after every commit of the scheduler, whoever made it.

import type { Ledger } from './ledger.ts';
import type { PlayRow } from './stored.ts';

interface PlayDoc {
  readonly attempt: number;
  readonly rev: number;
  readonly lease?: { readonly token: string; readonly expiresAt: number };
  readonly lastReport?: { readonly token: string };
  readonly hold?: object;
  readonly concurrencyKey: string;
  readonly concurrencyLimit: number;
  readonly workflowSid: string;
  readonly versionSid: string;
  readonly trigger: string;
  readonly startAt?: number;
  readonly startedAt?: number;
  readonly limits: { readonly maxRunning: number };
}

const NEXT: Record<string, readonly string[]> = {
  pending: ['running', 'cancelled'],
  running: ['pending', 'awaiting_resume', 'success', 'failed', 'cancelled', 'timed_out'],
  // Woken and claimed in one commit.
  awaiting_resume: ['pending', 'running', 'cancelled', 'failed'],
};

export function isEnded(status: string): boolean {
  return NEXT[status] === undefined;
}

/** Children of a group share it across flows, all others within theirs. */
function gateOf({ concurrencyKey, workflowSid }: PlayDoc): string {
  return concurrencyKey.startsWith('group:') ? concurrencyKey : `${concurrencyKey} of ${workflowSid}`;
}

/** Call it after each commit. `onlyOne`: whether plays with this trigger must not overlap. */
export function createPlayCheck(
  ledger: Ledger,
  now: () => number,
  onlyOne: (trigger: string) => boolean,
): (rows: readonly PlayRow[]) => void {
  let before = new Map<string, PlayRow>();
  const docs = new Map<string, PlayDoc>();

  function compare(was: PlayRow, is: PlayRow): void {
    const from = docs.get(was.sid) as PlayDoc;
    const to = JSON.parse(is.doc) as PlayDoc;
    if (isEnded(was.status))
      ledger.broken(`play ${is.sid} ended as ${was.status} and changed: ${was.doc} -> ${is.doc}`);
    else if (was.status !== is.status && !NEXT[was.status]?.includes(is.status)) {
      ledger.broken(`play ${is.sid} went from ${was.status} to ${is.status}`);
    }
    if (to.rev < from.rev) ledger.broken(`play ${is.sid} went back from rev ${from.rev} to ${to.rev}`);
    if (was.status === 'pending' && is.status === 'running' && from.hold !== undefined && to.hold !== undefined) {
      ledger.broken(`play ${is.sid} is held and was claimed`);
    }
    const isMoved = from.versionSid !== to.versionSid;
    const move = `${is.sid} ${to.versionSid}`;
    if (isMoved && !ledger.moves.asked.has(move)) ledger.broken(`play ${move} was moved, and nobody asked for it`);
    if (isMoved) ledger.moves.seen.add(move);
    if (from.startedAt === undefined && (to.startedAt ?? Number.POSITIVE_INFINITY) < (to.startAt ?? 0)) {
      ledger.broken(`play ${is.sid} was to start at ${to.startAt} and started at ${to.startedAt}`);
    }
    if (!isMoved && from.lease !== undefined && to.lease !== undefined && from.lease.token !== to.lease.token) {
      const isOver = from.lease.expiresAt <= now() || to.lastReport?.token === from.lease.token;
      if (!isOver) ledger.broken(`play ${is.sid} was given to a second holder while the first had its lease`);
    }
  }

  /** Of the triggers that want one play at a time. */
  function overlaps(rows: readonly PlayRow[]): void {
    const live = new Map<string, number>();
    for (const row of rows) {
      const { trigger } = docs.get(row.sid) as PlayDoc;
      if (!isEnded(row.status) && onlyOne(trigger)) live.set(trigger, (live.get(trigger) ?? 0) + 1);
    }
    for (const [trigger, count] of live) if (count > 1) ledger.broken(`${count} plays of ${trigger} are there at once`);
  }

  function limits(rows: readonly PlayRow[]): void {
    const running = new Map<string, { count: number; limit: number }>();
    const count = (gate: string, limit: number) => {
      const found = running.get(gate) ?? { count: 0, limit: 0 };
      running.set(gate, { count: found.count + 1, limit: Math.max(found.limit, limit) });
    };
    for (const row of rows) {
      const doc = docs.get(row.sid) as PlayDoc;
      if (row.status !== 'running') continue;
      if (doc.lease === undefined) ledger.broken(`play ${row.sid} runs without a lease`);
      if (doc.concurrencyLimit > 0) count(`key ${gateOf(doc)}`, doc.concurrencyLimit);
      if (doc.limits.maxRunning > 0) count(`flow ${doc.workflowSid}`, doc.limits.maxRunning);
    }
    for (const [gate, found] of running) {
      if (found.count > found.limit) ledger.broken(`${found.count} plays of ${gate} run, allowed are ${found.limit}`);
    }
  }

  return (rows) => {
    for (const row of rows) {
      const was = before.get(row.sid);
      if (was !== undefined && was.doc !== row.doc) compare(was, row);
      if (was?.doc === row.doc) continue;
      const doc = JSON.parse(row.doc) as PlayDoc;
      docs.set(row.sid, doc);
      if (was === undefined) ledger.moves.seen.add(`${row.sid} ${doc.versionSid}`);
    }
    const now = new Map(rows.map((row) => [row.sid, row]));
    for (const sid of before.keys()) if (!now.has(sid)) ledger.broken(`play ${sid} is gone`);
    before = now;
    limits(rows);
    overlaps(rows);
  };
}

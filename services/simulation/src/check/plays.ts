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

/** Call it after each commit. */
export function createPlayCheck(ledger: Ledger, now: () => number): (rows: readonly PlayRow[]) => void {
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
    if (from.lease !== undefined && to.lease !== undefined && from.lease.token !== to.lease.token) {
      const isOver = from.lease.expiresAt <= now() || to.lastReport?.token === from.lease.token;
      if (!isOver) ledger.broken(`play ${is.sid} was given to a second holder while the first had its lease`);
    }
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
      if (was?.doc !== row.doc) docs.set(row.sid, JSON.parse(row.doc) as PlayDoc);
    }
    const now = new Map(rows.map((row) => [row.sid, row]));
    for (const sid of before.keys()) if (!now.has(sid)) ledger.broken(`play ${sid} is gone`);
    before = now;
    limits(rows);
  };
}

// What is due: for the loops.

import type { Database } from '@hero-logic/platform';
import type { PlayStore } from '../domain/play-store.ts';
import { nextRateOpening } from './play-gates.sqlite.ts';

type Due = Pick<
  PlayStore,
  | 'listRunning'
  | 'listExpiredLeases'
  | 'listDuePauses'
  | 'listMissedWakeUps'
  | 'nextLeaseExpiry'
  | 'nextRateOpening'
  | 'nextDelayed'
  | 'nextPauseDue'
>;

const OPEN_AND_DUE = "state = 'open' AND expires_at IS NOT NULL";

export function createPlayDue(db: Database): Due {
  const sids = (rows: { sid: string }[]) => rows.map(({ sid }) => sid);
  return {
    listRunning: async () => sids(db.all<{ sid: string }>("SELECT sid FROM plays WHERE status = 'running'")),
    listExpiredLeases: async (now, atMost) =>
      sids(
        db.all<{ sid: string }>(
          "SELECT sid FROM plays INDEXED BY plays_running WHERE status = 'running' AND lease_expires_at <= ? ORDER BY lease_expires_at LIMIT ?",
          now,
          atMost,
        ),
      ),
    listDuePauses: async (now, atMost) =>
      db
        .all<{ play_sid: string; id: string }>(
          `SELECT play_sid, id FROM play_pauses WHERE ${OPEN_AND_DUE} AND expires_at <= ? ORDER BY expires_at LIMIT ?`,
          now,
          atMost,
        )
        .map((row) => ({ playSid: row.play_sid, resumeId: row.id })),
    // A wake-up is part of the transaction of its answer here, so this finds something only if that is broken.
    listMissedWakeUps: async (atMost) =>
      sids(
        db.all<{ sid: string }>(
          `SELECT DISTINCT p.sid FROM play_pauses q JOIN plays p ON p.sid = q.play_sid
           WHERE q.answer_seq IS NOT NULL AND q.delivered_in IS NULL AND p.status = 'awaiting_resume'
             AND (q.await_group IS NULL OR NOT EXISTS (SELECT 1 FROM play_pauses o
               WHERE o.play_sid = q.play_sid AND o.await_group = q.await_group AND o.state = 'open')) LIMIT ?`,
          atMost,
        ),
      ),
    nextLeaseExpiry: async () =>
      db.get<{ at: number | null }>(
        "SELECT MIN(lease_expires_at) AS at FROM plays INDEXED BY plays_running WHERE status = 'running'",
      )?.at ?? undefined,
    nextDelayed: async () =>
      db.get<{ at: number | null }>(
        "SELECT MIN(doc ->> 'notBefore') AS at FROM plays INDEXED BY plays_delayed WHERE stage = -1",
      )?.at ?? undefined,
    nextRateOpening: async () => nextRateOpening(db),
    nextPauseDue: async () =>
      db.get<{ at: number | null }>(
        `SELECT MIN(expires_at) AS at FROM play_pauses INDEXED BY play_pauses_due WHERE ${OPEN_AND_DUE}`,
      )?.at ?? undefined,
  };
}

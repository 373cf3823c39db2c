// HookStore on the embedded SQLite file.

import { type Database, type GroupCommit, migrate } from '@hero-logic/platform';
import { type Delivery, type HookStore, KEPT_DELIVERIES, type ResumeLink } from '../domain/hook/hook-store.ts';

const MIGRATIONS = [
  `
  CREATE TABLE hook_deliveries (
    trigger_sid TEXT NOT NULL,
    seq INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (trigger_sid, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE resume_links (
    token_hash TEXT PRIMARY KEY,
    play_sid TEXT NOT NULL,
    resume_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX resume_links_over ON resume_links (expires_at);
  `,
];

const MOST_DROPPED = 100;

interface LinkRow {
  readonly token_hash: string;
  readonly play_sid: string;
  readonly resume_id: string;
  readonly expires_at: number;
}

export function createSqliteHookStore({
  db,
  commit,
}: {
  readonly db: Database;
  readonly commit: GroupCommit;
}): HookStore {
  migrate(db, 'hooks', MIGRATIONS);
  return {
    addDelivery: (delivery) =>
      commit.write((sql) => {
        const { triggerSid } = delivery;
        const last = 'SELECT COALESCE(MAX(seq), 0) AS seq FROM hook_deliveries WHERE trigger_sid = ?';
        const seq = (sql.get<{ seq: number }>(last, triggerSid)?.seq ?? 0) + 1;
        sql.run(
          'INSERT INTO hook_deliveries (trigger_sid, seq, doc) VALUES (?, ?, ?)',
          triggerSid,
          seq,
          JSON.stringify(delivery),
        );
        sql.run('DELETE FROM hook_deliveries WHERE trigger_sid = ? AND seq <= ?', triggerSid, seq - KEPT_DELIVERIES);
      }),
    listDeliveries: async (triggerSid, beforeSeq, limit) =>
      db
        .all<{ seq: number; doc: string }>(
          'SELECT seq, doc FROM hook_deliveries WHERE trigger_sid = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
          triggerSid,
          beforeSeq ?? Number.MAX_SAFE_INTEGER,
          limit,
        )
        .map(({ seq, doc }) => ({ ...(JSON.parse(doc) as Delivery), seq })),
    removeDeliveries: (triggerSid) =>
      commit.write((sql) => {
        sql.run('DELETE FROM hook_deliveries WHERE trigger_sid = ?', triggerSid);
      }),
    addLink: ({ tokenHash, playSid, resumeId, expiresAt }, now) =>
      commit.write((sql) => {
        const over = 'SELECT token_hash FROM resume_links INDEXED BY resume_links_over WHERE expires_at <= ? LIMIT ?';
        sql.run(`DELETE FROM resume_links WHERE token_hash IN (${over})`, now, MOST_DROPPED);
        sql.run(
          'INSERT INTO resume_links (token_hash, play_sid, resume_id, expires_at) VALUES (?, ?, ?, ?)',
          tokenHash,
          playSid,
          resumeId,
          expiresAt,
        );
      }),
    findLink: async (tokenHash) => {
      const row = db.get<LinkRow>('SELECT * FROM resume_links WHERE token_hash = ?', tokenHash);
      return row && linkOf(row);
    },
  };
}

function linkOf(row: LinkRow): ResumeLink {
  return { tokenHash: row.token_hash, playSid: row.play_sid, resumeId: row.resume_id, expiresAt: row.expires_at };
}

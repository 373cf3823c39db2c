// Counts by index, and the heads of two orders.

import type { Database } from '@hero-logic/platform';
import type { PlayFigures, ReadPlayFigures } from '../domain/play-figures.ts';

export function createSqlitePlayFigures(db: Database): ReadPlayFigures {
  const count = (sql: string) => db.get<{ n: number }>(`SELECT COUNT(*) AS n FROM ${sql}`)?.n ?? 0;
  const first = (sql: string) => db.get<{ at: number | null }>(`SELECT ${sql} LIMIT 1`)?.at ?? undefined;
  const byStatus = (status: string) => count(`plays INDEXED BY plays_by_status WHERE status = '${status}'`);
  return async (): Promise<PlayFigures> => ({
    pending: byStatus('pending'),
    running: byStatus('running'),
    awaitingResume: byStatus('awaiting_resume'),
    ready: count('plays INDEXED BY plays_ready WHERE stage = 4'),
    nextReadyAt: first(
      `COALESCE(doc ->> 'readyAt', doc ->> 'createdAt') AS at FROM plays INDEXED BY plays_ready WHERE stage = 4 ORDER BY rank, sid`,
    ),
    openQuestions: count(`play_pauses INDEXED BY play_pauses_questions WHERE ${OPEN_QUESTION}`),
    oldestAskedAt: first(
      `doc ->> 'askedAt' AS at FROM play_pauses INDEXED BY play_pauses_questions WHERE ${OPEN_QUESTION} ORDER BY play_sid`,
    ),
  });
}

const OPEN_QUESTION = "state = 'open' AND kind = 'question'";

// Plays leave the tables of the executor, or are measured. What still waits in the journal is put in place first.

import type { Database, GroupCommit } from '@hero-logic/platform';
import type { PlayRemoval } from '../domain/ports.ts';

export function createSqlitePlayRemoval(options: {
  readonly db: Database;
  readonly commit: GroupCommit;
  readonly settle: (playSid: string) => Promise<void>;
}): PlayRemoval {
  const { db, commit, settle } = options;
  return {
    async removePlays(playSids) {
      await Promise.all(playSids.map(settle));
      const listed = JSON.stringify(playSids);
      await commit.writeLoosely((sql) => {
        for (const table of ['spans', 'span_logs', 'step_outputs']) {
          sql.run(`DELETE FROM ${table} WHERE play_sid IN (SELECT value FROM json_each(?))`, listed);
        }
      });
    },
    async measurePlays(playSids) {
      await Promise.all(playSids.map(settle));
      return playSids.reduce((sum, playSid) => sum + MEASURES.reduce((n, query) => n + measure(query, playSid), 0), 0);
    },
  };

  function measure(query: string, playSid: string): number {
    return db.get<{ n: number }>(query, playSid)?.n ?? 0;
  }
}

const MEASURES = [
  `SELECT COALESCE(SUM(LENGTH(CAST(doc AS BLOB)) + LENGTH(CAST(input AS BLOB)) + LENGTH(CAST(output AS BLOB))), 0) AS n
   FROM spans WHERE play_sid = ?`,
  'SELECT COALESCE(SUM(LENGTH(CAST(text AS BLOB))), 0) AS n FROM span_logs WHERE play_sid = ?',
  'SELECT COALESCE(SUM(LENGTH(CAST(output AS BLOB))), 0) AS n FROM step_outputs WHERE play_sid = ?',
];

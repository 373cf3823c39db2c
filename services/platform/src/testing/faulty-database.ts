// A database whose commits fail as told: 'lost' = nothing was written; 'unheard' = it was written, but reported as failed.

import type { Database } from '../sqlite/database.ts';

export type CommitFault = 'lost' | 'unheard';

/** `next` is asked at each commit. */
export function createFaultyDatabase(db: Database, next: () => CommitFault | undefined): Database {
  return {
    ...db,
    run(sql, ...params) {
      if (sql !== 'COMMIT') return db.run(sql, ...params);
      const fault = next();
      if (fault === 'lost') throw new Error('the disk did not write');
      const done = db.run(sql, ...params);
      if (fault === 'unheard') throw new Error('the disk wrote, and did not say so');
      return done;
    },
  };
}

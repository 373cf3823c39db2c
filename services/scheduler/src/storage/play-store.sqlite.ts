// PlayStore on the embedded SQLite file. Everything about one play happens in one transaction; writes go through the group commit.

import { type Database, type GroupCommit, migrate } from '@hero-logic/platform';
import type { PlayStore } from '../domain/play-store.ts';
import { createPlayChanges } from './play-changes.sqlite.ts';
import { createPlayClaims } from './play-claims.sqlite.ts';
import { createPlayDue } from './play-due.sqlite.ts';
import { createPlayFamilies } from './play-families.sqlite.ts';
import { createPlayReads } from './play-reads.sqlite.ts';
import { SEARCH_MIGRATIONS } from './play-search.schema.ts';
import { SCHEDULER_MIGRATIONS } from './schema.ts';

export function createSqlitePlayStore(options: { readonly db: Database; readonly commit: GroupCommit }): PlayStore {
  migrate(options.db, 'scheduler', SCHEDULER_MIGRATIONS);
  migrate(options.db, 'play_search', SEARCH_MIGRATIONS);
  return {
    ...createPlayReads(options.db),
    ...createPlayChanges(options.commit),
    ...createPlayClaims(options.commit),
    ...createPlayDue(options.db),
    ...createPlayFamilies(options.db, options.commit),
  };
}

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
import { noOutbox, type SqliteOutbox } from './webhook-store.sqlite.ts';

export interface SqlitePlayStoreOptions {
  readonly db: Database;
  readonly commit: GroupCommit;
  /** What the webhooks are told is written with each change; absent = nothing. */
  readonly outbox?: SqliteOutbox;
}

export function createSqlitePlayStore(options: SqlitePlayStoreOptions): PlayStore {
  const { outbox = noOutbox } = options;
  migrate(options.db, 'scheduler', SCHEDULER_MIGRATIONS);
  migrate(options.db, 'play_search', SEARCH_MIGRATIONS);
  return {
    ...createPlayReads(options.db),
    ...createPlayChanges(options.commit, outbox),
    ...createPlayClaims(options.commit, outbox),
    ...createPlayDue(options.db),
    ...createPlayFamilies(options.db, options.commit),
  };
}

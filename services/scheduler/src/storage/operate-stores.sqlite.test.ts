// The embedded stores of bulk jobs, groups of failures, removals and executors keep their contracts.

import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { bulkStoreConformance } from '../domain/bulk/bulk-store.conformance.ts';
import { executorStoreConformance } from '../domain/executor/executor-store.conformance.ts';
import { errorGroupStoreConformance } from '../domain/failure/error-group-store.conformance.ts';
import { removalStoreConformance } from '../domain/removal/removal-store.conformance.ts';
import { createSqliteBulkStore } from './bulk-store.sqlite.ts';
import { createSqliteErrorGroupStore } from './error-group-store.sqlite.ts';
import { createSqliteExecutorStore } from './executor-store.sqlite.ts';
import { createSqlitePlayStore } from './play-store.sqlite.ts';
import { createSqliteRemovalStore } from './removal-store.sqlite.ts';
import { createSqliteRetentionStore } from './retention-store.sqlite.ts';

function open() {
  const db = openDatabase(':memory:');
  const options = { db, commit: createGroupCommit(db) };
  const close = async () => {
    options.commit.close();
    db.close();
  };
  return { options, close };
}

bulkStoreConformance('sqlite', async () => {
  const { options, close } = open();
  return { store: createSqliteBulkStore(options), close };
});

errorGroupStoreConformance('sqlite', async () => {
  const { options, close } = open();
  return { plays: createSqlitePlayStore(options), groups: createSqliteErrorGroupStore(options), close };
});

executorStoreConformance('sqlite', async () => {
  const { options, close } = open();
  return { store: createSqliteExecutorStore(options), close };
});

removalStoreConformance('sqlite', async () => {
  const { options, close } = open();
  const plays = createSqlitePlayStore(options);
  const retention = createSqliteRetentionStore(options);
  return { plays, removals: createSqliteRemovalStore(options), retention, close };
});

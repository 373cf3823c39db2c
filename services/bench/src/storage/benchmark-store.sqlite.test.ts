import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { describeBenchmarkStore } from './benchmark-store.conformance.ts';
import { createSqliteBenchmarkStore } from './benchmark-store.sqlite.ts';

describeBenchmarkStore('sqlite', async () => {
  const db = openDatabase(':memory:');
  return { store: createSqliteBenchmarkStore(db, createGroupCommit(db)), close: () => db.close() };
});

import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { hookStoreConformance } from '../domain/hook/hook-store.conformance.ts';
import { createSqliteHookStore } from './hook-store.sqlite.ts';

hookStoreConformance('sqlite', async () => {
  const db = openDatabase(':memory:');
  const commit = createGroupCommit(db);
  return {
    store: createSqliteHookStore({ db, commit }),
    async close() {
      commit.close();
      db.close();
    },
  };
});

import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { triggerStoreConformance } from '../domain/trigger/trigger-store.conformance.ts';
import { createSqliteTriggerStore } from './trigger-store.sqlite.ts';

triggerStoreConformance('sqlite', async (seal) => {
  const db = openDatabase(':memory:');
  const commit = createGroupCommit(db);
  return {
    store: createSqliteTriggerStore({ db, commit, seal }),
    async close() {
      commit.close();
      db.close();
    },
  };
});

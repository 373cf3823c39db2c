import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { webhookStoreConformance } from '../domain/webhook/webhook-store.conformance.ts';
import { createSqlitePlayStore } from './play-store.sqlite.ts';
import { createSqliteWebhookStore } from './webhook-store.sqlite.ts';

webhookStoreConformance('sqlite', async () => {
  const db = openDatabase(':memory:');
  const commit = createGroupCommit(db);
  const { store, outbox } = createSqliteWebhookStore({ db, commit });
  return {
    webhooks: store,
    plays: createSqlitePlayStore({ db, commit, outbox }),
    async close() {
      commit.close();
      db.close();
    },
  };
});

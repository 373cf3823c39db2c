// Contract: the SQLite adapters of access keep the ports' contracts.

import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { accessStoresConformance } from '../domain/access/access-stores.conformance.ts';
import { secretStoreConformance } from '../domain/access/secret-store.conformance.ts';
import { createAccessTables, createSqliteApiKeyStore, createSqliteAuditStore } from './access-stores.sqlite.ts';
import { createSqliteSecretStore } from './secret-store.sqlite.ts';

function open() {
  const db = openDatabase(':memory:');
  createAccessTables(db);
  return [db, createGroupCommit(db)] as const;
}

accessStoresConformance('SQLite', async () => {
  const [db, commit] = open();
  return { keys: createSqliteApiKeyStore(db, commit), audit: createSqliteAuditStore(db, commit) };
});
secretStoreConformance('SQLite', async () => createSqliteSecretStore(...open()));

// Contract: the SQLite adapters of access keep the ports' contracts.

import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { accessStoresConformance } from '../domain/access/access-stores.conformance.ts';
import { createAccessTables, createSqliteApiKeyStore, createSqliteAuditStore } from './access-stores.sqlite.ts';

accessStoresConformance('SQLite', async () => {
  const db = openDatabase(':memory:');
  createAccessTables(db);
  const commit = createGroupCommit(db);
  return { keys: createSqliteApiKeyStore(db, commit), audit: createSqliteAuditStore(db, commit) };
});

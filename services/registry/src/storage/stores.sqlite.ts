// The stores of the registry in SQLite.

import type { Database, GroupCommit } from '@hero-logic/platform';
import { createAccessTables, createSqliteApiKeyStore, createSqliteAuditStore } from './access-stores.sqlite.ts';
import { createSqliteExampleStore } from './example-store.sqlite.ts';
import { createRegistryTables } from './registry-tables.sqlite.ts';
import { createSqliteSecretStore } from './secret-store.sqlite.ts';
import { createSqliteVectorStore } from './vector-store.sqlite.ts';
import { createSqliteWorkflowStore } from './workflow-store.sqlite.ts';

export function createSqliteStores({ db, commit }: { readonly db: Database; readonly commit: GroupCommit }) {
  createRegistryTables(db);
  createAccessTables(db);
  return {
    workflows: createSqliteWorkflowStore(db, commit),
    examples: createSqliteExampleStore(db, commit),
    keys: createSqliteApiKeyStore(db, commit),
    audit: createSqliteAuditStore(db, commit),
    secrets: createSqliteSecretStore(db, commit),
    vectors: createSqliteVectorStore(db, commit),
  };
}

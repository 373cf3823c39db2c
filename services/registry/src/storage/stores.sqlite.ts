// The stores of the registry in SQLite.

import type { Database, GroupCommit } from '@hero-logic/platform';
import { createSqliteExampleStore } from './example-store.sqlite.ts';
import { createRegistryTables } from './registry-tables.sqlite.ts';
import { createSqliteWorkflowStore } from './workflow-store.sqlite.ts';

export function createSqliteStores({ db, commit }: { readonly db: Database; readonly commit: GroupCommit }) {
  createRegistryTables(db);
  return { workflows: createSqliteWorkflowStore(db, commit), examples: createSqliteExampleStore(db, commit) };
}

// The stores of the executor in SQLite. Batches go through the journal; whoever reads a play waits until it is in its tables.

import type { Database, GroupCommit } from '@hero-logic/platform';
import type { SpanStore, StepStore, Stores } from '../domain/ports.ts';
import { createJournal } from './journal.sqlite.ts';
import { migrateExecutor } from './schema.sqlite.ts';
import { createSqliteSpanStore } from './span-store.sqlite.ts';
import { createSqliteStepStore } from './step-store.sqlite.ts';

export function createSqliteStores(options: { readonly db: Database; readonly commit: GroupCommit }): Stores {
  const { db, commit } = options;
  migrateExecutor(db);
  const journal = createJournal({ db, commit });
  return {
    spans: settled<SpanStore>(createSqliteSpanStore(db), journal.settle),
    steps: settled<StepStore>(createSqliteStepStore(db), journal.settle),
    writeBatch: journal.append,
  };
}

/** The store, each of whose methods first waits for `settle` of the play that it is about (its first argument). */
function settled<Store extends object>(store: Store, settle: (playSid: string) => Promise<void>): Store {
  type Method = (playSid: string, ...rest: unknown[]) => Promise<unknown>;
  const methods = Object.entries(store as Record<string, Method>).map(([name, method]): [string, Method] => [
    name,
    async (playSid, ...rest) => {
      await settle(playSid);
      return method(playSid, ...rest);
    },
  ]);
  return Object.fromEntries(methods) as Store;
}

// The stores of the executor in SQLite. Batches go through the journal; whoever reads a play waits until it is in its tables.

import type { Database, GroupCommit } from '@hero-logic/platform';
import type { SpanStore, StepStore, Stores } from '../domain/ports.ts';
import { createJournal } from './journal.sqlite.ts';
import { createSqlitePlayRemoval } from './play-removal.sqlite.ts';
import { migrateExecutor } from './schema.sqlite.ts';
import { settled } from './settled.ts';
import { createSqliteSpanStore } from './span-store.sqlite.ts';
import { createSqliteStepStore } from './step-store.sqlite.ts';

export function createSqliteStores(options: { readonly db: Database; readonly commit: GroupCommit }): Stores {
  const { db, commit } = options;
  migrateExecutor(db);
  const journal = createJournal({ db, commit });
  return {
    spans: settled<SpanStore>(createSqliteSpanStore(db), journal.settle),
    steps: settled<StepStore>(createSqliteStepStore(db), journal.settle),
    ...createSqlitePlayRemoval({ db, commit, settle: journal.settle }),
    writeBatch: journal.append,
    // One process writes: a run that lost its lease has ended before the next one begins.
    beginRun: async () => {},
  };
}

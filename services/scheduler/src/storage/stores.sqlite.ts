// The stores of the scheduler on the embedded SQLite file.

import type { Database, GroupCommit } from '@hero-logic/platform';
import { createSqlitePlayFigures } from './play-figures.sqlite.ts';
import { createSqlitePlayStore } from './play-store.sqlite.ts';
import type { SchedulerStores } from './stores.ts';
import { createSqliteTriggerStore } from './trigger-store.sqlite.ts';

export function createSqliteStores(options: { readonly db: Database; readonly commit: GroupCommit }): SchedulerStores {
  return {
    store: createSqlitePlayStore(options),
    triggers: createSqliteTriggerStore(options),
    figures: createSqlitePlayFigures(options.db),
    loops: [],
  };
}

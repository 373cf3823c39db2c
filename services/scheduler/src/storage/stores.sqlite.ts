// The stores of the scheduler on the embedded SQLite file.

import type { Database, GroupCommit } from '@hero-logic/platform';
import type { SealSecrets } from '../domain/hook/secret-box.ts';
import { createSqliteBulkStore } from './bulk-store.sqlite.ts';
import { createSqliteErrorGroupStore } from './error-group-store.sqlite.ts';
import { createSqliteExecutorStore } from './executor-store.sqlite.ts';
import { createSqliteHookStore } from './hook-store.sqlite.ts';
import { createSqlitePlayFigures } from './play-figures.sqlite.ts';
import { createSqlitePlayStore } from './play-store.sqlite.ts';
import { createSqliteRemovalStore } from './removal-store.sqlite.ts';
import { createSqliteRetentionStore } from './retention-store.sqlite.ts';
import type { SchedulerStores } from './stores.ts';
import { createSqliteTriggerStore } from './trigger-store.sqlite.ts';
import { createSqliteWebhookStore } from './webhook-store.sqlite.ts';

export interface SqliteStoresOptions {
  readonly db: Database;
  readonly commit: GroupCommit;
  /** Deliveries to webhooks wait to be sent. */
  readonly onQueued: () => void;
  /** How secrets of webhooks are written. */
  readonly seal: SealSecrets;
}

export function createSqliteStores(options: SqliteStoresOptions): SchedulerStores {
  const { store: webhooks, outbox } = createSqliteWebhookStore(options);
  return {
    store: createSqlitePlayStore({ ...options, outbox }),
    webhooks,
    triggers: createSqliteTriggerStore(options),
    hooks: createSqliteHookStore(options),
    bulk: createSqliteBulkStore(options),
    errorGroups: createSqliteErrorGroupStore(options),
    removals: createSqliteRemovalStore(options),
    retention: createSqliteRetentionStore(options),
    executors: createSqliteExecutorStore(options),
    figures: createSqlitePlayFigures(options.db),
    loops: [],
  };
}

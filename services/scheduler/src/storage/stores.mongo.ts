// The stores of the scheduler in MongoDB, for any number of processes.

import { type Clock, createPeriodicLoop, type Log } from '@hero-logic/platform';
import { ensureIndexes, type MongoDatabase } from '@hero-logic/platform/mongo';
import type { SealSecrets } from '../domain/hook/secret-box.ts';
import { BULK_INDEXES, createMongoBulkStore } from './bulk-store.mongo.ts';
import { createMongoErrorGroupStore, ERROR_GROUP_INDEXES } from './error-group-store.mongo.ts';
import { createMongoExecutorStore, EXECUTOR_INDEXES } from './executor-store.mongo.ts';
import { createMongoHookStore, HOOK_INDEXES } from './hook-store.mongo.ts';
import { SCHEDULER_INDEXES } from './play-documents.mongo.ts';
import { createMongoPlayFigures } from './play-figures.mongo.ts';
import { createMongoPlayStore } from './play-store.mongo.ts';
import { createMongoRemovalStore, REMOVAL_INDEXES } from './removal-store.mongo.ts';
import { createMongoRetentionStore } from './retention-store.mongo.ts';
import type { SchedulerStores } from './stores.ts';
import { createMongoTriggerStore, TRIGGER_INDEXES } from './trigger-store.mongo.ts';
import { createMongoWebhookStore, WEBHOOK_INDEXES } from './webhook-store.mongo.ts';

const OPERATE_INDEXES = { ...BULK_INDEXES, ...ERROR_GROUP_INDEXES, ...REMOVAL_INDEXES, ...EXECUTOR_INDEXES };

export function ensureSchedulerIndexes(mongo: MongoDatabase): Promise<void> {
  return ensureIndexes(mongo, {
    ...SCHEDULER_INDEXES,
    ...TRIGGER_INDEXES,
    ...HOOK_INDEXES,
    ...WEBHOOK_INDEXES,
    ...OPERATE_INDEXES,
  });
}

const FINISH_EVERY_MS = 3000;

export interface MongoStoresOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Deliveries to webhooks wait to be sent. */
  readonly onQueued: () => void;
  /** How secrets of webhooks are written. */
  readonly seal: SealSecrets;
}

export function createMongoStores(mongo: MongoDatabase, options: MongoStoresOptions): SchedulerStores {
  const { clock, log, onQueued, seal } = options;
  const { store: webhooks, outbox } = createMongoWebhookStore(mongo, { onQueued, seal });
  const store = createMongoPlayStore(mongo, outbox);
  const triggers = createMongoTriggerStore(mongo, seal);
  const errorGroups = createMongoErrorGroupStore(mongo);
  const turn = async () => {
    await store.finish(clock.now());
    await triggers.finish(clock.now());
    await errorGroups.finish();
  };
  return {
    store,
    triggers,
    hooks: createMongoHookStore(mongo),
    webhooks,
    bulk: createMongoBulkStore(mongo),
    errorGroups,
    removals: createMongoRemovalStore(mongo),
    retention: createMongoRetentionStore(mongo),
    executors: createMongoExecutorStore(mongo),
    figures: createMongoPlayFigures(mongo),
    loops: [createPeriodicLoop({ name: 'unfinished-changes', everyMs: FINISH_EVERY_MS, clock, log, turn })],
  };
}

// Opens where a service keeps its data: a SQLite file of its own that no second process may open, or a database that many share.

import { join } from 'node:path';
import { ensureBenchIndexes } from '@hero-logic/bench';
import { ensureExecutorIndexes } from '@hero-logic/executor';
import { createGroupCommit, lockDataFolder, openDatabase, type ServiceStore } from '@hero-logic/platform';
import type { MongoDatabase } from '@hero-logic/platform/mongo';
import { ensureRegistryIndexes } from '@hero-logic/registry';
import { ensureSchedulerIndexes } from '@hero-logic/scheduler';
import type { ServeConfig, ServiceName } from './serve-config.ts';

export interface OpenStore {
  readonly deps: ServiceStore;
  /** Rejects when it does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const INDEXES: Record<Exclude<ServiceName, 'bridge'>, (mongo: MongoDatabase) => Promise<void>> = {
  registry: ensureRegistryIndexes,
  scheduler: ensureSchedulerIndexes,
  executor: ensureExecutorIndexes,
  bench: ensureBenchIndexes,
};

export async function openStore(config: ServeConfig, folder: string): Promise<OpenStore> {
  if (config.store.kind === 'sqlite') return openSqlite(config.service, folder);
  // Only an executor has something on this machine: the work folders of its plays.
  const lock = config.service === 'executor' ? lockDataFolder(folder) : undefined;
  const { openMongo } = await import('@hero-logic/platform/mongo/connect');
  const mongo = await openMongo({ url: config.store.url });
  if (config.service !== 'bridge') await INDEXES[config.service](mongo);
  return {
    deps: { mongo },
    ping: () => mongo.ping(),
    async close() {
      await mongo.close();
      lock?.release();
    },
  };
}

function openSqlite(service: ServiceName, folder: string): OpenStore {
  const lock = lockDataFolder(folder);
  const db = openDatabase(join(folder, `${service}.sqlite`), { layOutLog: true });
  const commit = createGroupCommit(db);
  return {
    deps: { db, commit },
    ping: async () => {},
    async close() {
      commit.close();
      db.close();
      lock.release();
    },
  };
}

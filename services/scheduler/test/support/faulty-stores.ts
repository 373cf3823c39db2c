// A store whose writes fail as told, for tests that draw what happens.

import { createGroupCommit, type Database, openDatabase } from '@hero-logic/platform';
import { type CommitFault, createFaultyDatabase, type TestMongo } from '@hero-logic/platform/testing';
import type { PlayStore } from '../../src/domain/play-store.ts';
import { createMongoPlayStore } from '../../src/storage/play-store.mongo.ts';
import { createSqlitePlayStore } from '../../src/storage/play-store.sqlite.ts';

export interface StoreWithFaults {
  readonly store: PlayStore;
  /** Of its next write. */
  setFault(fault: CommitFault | undefined): void;
  close(): Promise<void>;
}

export function openFaultySqlite(): StoreWithFaults & { readonly db: Database } {
  let next: CommitFault | undefined;
  const db = createFaultyDatabase(openDatabase(':memory:'), () => {
    const taken = next;
    next = undefined;
    return taken;
  });
  const commit = createGroupCommit(db);
  return {
    db,
    store: createSqlitePlayStore({ db, commit }),
    setFault: (fault) => {
      next = fault;
    },
    async close() {
      commit.close();
      db.close();
    },
  };
}

const WRITES: readonly (string | symbol)[] = ['add', 'change', 'changePause', 'claim'];

/** On a MongoDB server, empty at each call of what it gives. */
export function faultyMongo({ mongo }: TestMongo): () => Promise<StoreWithFaults> {
  return async () => {
    for (const { name } of await mongo.db.listCollections().toArray()) {
      await mongo.collection<{ _id: string }>(name).deleteMany({ _id: { $ne: '' } });
    }
    return inTurns(createMongoPlayStore(mongo), createMongoPlayStore(mongo));
  };
}

/** Two processes: each call goes to the other one. A write that is to fail does so before it is made, or when it is made. */
function inTurns(a: PlayStore, b: PlayStore): StoreWithFaults {
  let turn = false;
  let next: CommitFault | undefined;
  const store = new Proxy(a, {
    get(_, member) {
      turn = !turn;
      const call = Reflect.get(turn ? a : b, member);
      if (!WRITES.includes(member) || next === undefined) return call;
      const fault = next;
      next = undefined;
      return async (...args: unknown[]) => {
        if (fault === 'unheard') await call(...args);
        throw new Error('the disk did not answer');
      };
    },
  });
  return {
    store,
    setFault: (fault) => {
      next = fault;
    },
    close: async () => undefined,
  };
}

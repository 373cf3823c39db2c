// PlayStore on MongoDB, for any number of processes. play-writes.mongo.ts says how a change stays whole, play-gates.mongo.ts how limits hold.

import { createMongoTexts, type MongoDatabase } from '@hero-logic/platform/mongo';
import type { PlayStore } from '../domain/play-store.ts';
import { createClaimLock } from './claim-lock.mongo.ts';
import { createPlayAdds } from './play-adds.mongo.ts';
import { createPlayChanges } from './play-changes.mongo.ts';
import { createPlayClaims } from './play-claims.mongo.ts';
import { schedulerCollections } from './play-documents.mongo.ts';
import { createPlayDue } from './play-due.mongo.ts';
import { createPlayFamilies } from './play-families.mongo.ts';
import { addNamespaces, addSearchFields } from './play-fields.mongo.ts';
import { createPlayGates } from './play-gates.mongo.ts';
import { createPlayReads } from './play-reads.mongo.ts';
import { createPlayWrites } from './play-writes.mongo.ts';
import { type MongoOutbox, noOutbox } from './webhook-store.mongo.ts';

export interface MongoPlayStore extends PlayStore {
  /** Does what a process that is gone left undone. To be called every few seconds. */
  finish(now: number): Promise<void>;
}

/** What the webhooks are told is written with each change; without an outbox that is nothing. */
export function createMongoPlayStore(mongo: MongoDatabase, outbox: MongoOutbox = noOutbox): MongoPlayStore {
  const collections = schedulerCollections(mongo);
  const texts = createMongoTexts(mongo, 'play_texts');
  const gates = createPlayGates(mongo, collections.plays);
  const writes = createPlayWrites(collections, gates.moved, outbox);
  const lock = createClaimLock(mongo, collections.plays);
  const add = createPlayAdds({ mongo, collections, texts, writes, gates, outbox });
  return {
    add,
    ...createPlayReads(collections, texts),
    ...createPlayChanges({ collections, texts, writes, add }),
    ...createPlayClaims({ collections, texts, writes, gates, lock }),
    ...createPlayDue(collections, gates),
    ...createPlayFamilies(collections),
    async finish(now) {
      await writes.finish(now);
      await gates.repair(now);
      await addSearchFields(collections);
      await addNamespaces(collections);
    },
  };
}

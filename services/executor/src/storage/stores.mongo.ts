// The stores of the executor in MongoDB. What is written goes through batches; whoever reads a play waits until they are in place.

import { createMongoTexts, ensureIndexes, type MongoDatabase } from '@hero-logic/platform/mongo';
import type { SpanStore, StepStore, Stores } from '../domain/ports.ts';
import { createMongoBatches } from './batches.mongo.ts';
import { EXECUTOR_INDEXES, executorCollections } from './executor-documents.mongo.ts';
import { createMongoPlayRemoval } from './play-removal.mongo.ts';
import { settled } from './settled.ts';
import { createMongoSpanStore } from './span-store.mongo.ts';
import { createMongoStepStore } from './step-store.mongo.ts';

export function ensureExecutorIndexes(mongo: MongoDatabase): Promise<void> {
  return ensureIndexes(mongo, EXECUTOR_INDEXES);
}

export function createMongoStores(mongo: MongoDatabase): Stores {
  const collections = executorCollections(mongo);
  const texts = createMongoTexts(mongo, 'executor_texts');
  const batches = createMongoBatches(collections, texts);
  return {
    spans: settled<SpanStore>(createMongoSpanStore(collections, texts), batches.settle),
    steps: settled<StepStore>(createMongoStepStore(collections, texts), batches.settle),
    ...createMongoPlayRemoval(collections, texts, batches.settle),
    writeBatch: batches.write,
    beginRun: batches.beginRun,
  };
}

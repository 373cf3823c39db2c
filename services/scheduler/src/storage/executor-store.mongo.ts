// ExecutorStore on MongoDB.

import type { MongoDatabase } from '@hero-logic/platform/mongo';
import type { ExecutorState, ExecutorStore } from '../domain/executor/executor-store.ts';

interface ExecutorDocument {
  /** The executor. */
  readonly _id: string;
  readonly seenAt: number;
  readonly doc: string;
}

export const EXECUTOR_INDEXES = { executors: [{ key: { seenAt: 1 } }] } as const;

export function createMongoExecutorStore(mongo: MongoDatabase): ExecutorStore {
  const executors = mongo.collection<ExecutorDocument>('executors');
  return {
    async put({ state, seenAt }) {
      const document = { seenAt, doc: JSON.stringify(state) };
      await executors.replaceOne({ _id: state.executorId }, document, { upsert: true });
    },
    async remove(executorId) {
      await executors.deleteOne({ _id: executorId });
    },
    async list(limit) {
      const found = await executors.find({}, { hint: '_id_' }).sort({ _id: 1 }).limit(limit).toArray();
      return found.map(({ seenAt, doc }) => ({ seenAt, state: JSON.parse(doc) as ExecutorState }));
    },
    async forget(before) {
      await executors.deleteMany({ seenAt: { $lt: before } });
    },
  };
}

// Vectors in MongoDB, by key; little-endian floats of 32 bits as base64.

import type { MongoDatabase } from '@hero-logic/platform/mongo';
import type { VectorStore } from '../domain/library/semantic.ts';

interface VectorDocument {
  readonly _id: string;
  readonly vector: string;
}

const BATCH = 500;

export function createMongoVectorStore(mongo: MongoDatabase): VectorStore {
  const vectors = mongo.collection<VectorDocument>('library_vectors');
  return {
    async get(keys) {
      const found = new Map<string, Float32Array>();
      for (let at = 0; at < keys.length; at += BATCH) {
        const documents = await vectors.find({ _id: { $in: keys.slice(at, at + BATCH) } }).toArray();
        for (const { _id, vector } of documents) {
          found.set(_id, new Float32Array(Uint8Array.from(Buffer.from(vector, 'base64')).buffer));
        }
      }
      return found;
    },
    async put(given) {
      for (const [_id, { buffer, byteOffset, byteLength }] of given) {
        const vector = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
        await vectors.updateOne({ _id }, { $set: { vector } }, { upsert: true });
      }
    },
    async keepOnly(keys) {
      const kept = new Set(keys);
      const all = await vectors.find({ _id: { $gt: '' } }, { projection: { _id: 1 } }).toArray();
      const others = all.map(({ _id }) => _id).filter((key) => !kept.has(key));
      for (let at = 0; at < others.length; at += BATCH) {
        await vectors.deleteMany({ _id: { $in: others.slice(at, at + BATCH) } });
      }
    },
  };
}

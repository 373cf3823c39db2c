// Sealed secrets in MongoDB.

import { insertIfAbsent, type MongoDatabase, type MongoIndexes } from '@hero-logic/platform/mongo';
import type { SecretPlace, SecretStore } from '../domain/access/ports.ts';
import type { Secret } from '../domain/access/secret.ts';

interface SecretDocument {
  /** Namespace and name; a namespace has no slash. */
  readonly _id: string;
  readonly namespace: string;
  readonly name: string;
  readonly doc: string;
  /** Grows with each change: who changes an older one reads it again. */
  readonly rev: number;
}

export const SECRET_INDEXES: MongoIndexes = {
  secrets: [{ key: { namespace: 1, name: 1 }, name: 'by_name', unique: true }],
};

export function createMongoSecretStore(mongo: MongoDatabase): SecretStore {
  const secrets = mongo.collection<SecretDocument>('secrets');
  const idOf = ({ namespace, name }: SecretPlace) => `${namespace}/${name}`;
  return {
    async get(place) {
      const found = await secrets.findOne({ _id: idOf(place) });
      return found === null ? undefined : (JSON.parse(found.doc) as Secret);
    },
    async change(place, change) {
      for (;;) {
        const found = await secrets.findOne({ _id: idOf(place) });
        const present = found === null ? undefined : (JSON.parse(found.doc) as Secret);
        const next = change(present);
        if (next === undefined || next === present) return next;
        const doc = JSON.stringify(next);
        const { namespace, name } = place;
        const isWritten =
          found === null
            ? await insertIfAbsent(secrets, { _id: idOf(place), namespace, name, doc, rev: 1 })
            : (await secrets.updateOne({ _id: idOf(place), rev: found.rev }, { $set: { doc }, $inc: { rev: 1 } }))
                .matchedCount > 0;
        if (isWritten) return next;
      }
    },
    async list(namespace, after, limit) {
      const ofAll =
        after === undefined
          ? { namespace: { $gt: '' } }
          : {
              $or: [{ namespace: after.namespace, name: { $gt: after.name } }, { namespace: { $gt: after.namespace } }],
            };
      const found = secrets
        .find(namespace === undefined ? ofAll : { namespace, name: { $gt: after?.name ?? '' } })
        .sort({ namespace: 1, name: 1 })
        .limit(limit);
      return (await found.toArray()).map(({ doc }) => JSON.parse(doc) as Secret);
    },
    remove: async (place) => (await secrets.deleteOne({ _id: idOf(place) })).deletedCount > 0,
  };
}

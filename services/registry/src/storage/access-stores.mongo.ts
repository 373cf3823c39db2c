// Keys and the audit log in MongoDB.

import type { AuditEvent } from '@hero-logic/platform';
import { insertIfAbsent, isDuplicate, type MongoDatabase } from '@hero-logic/platform/mongo';
import type { ApiKey } from '../domain/access/api-key.ts';
import type { ApiKeyStore, AuditStore } from '../domain/access/ports.ts';
import { parsed } from './registry-documents.mongo.ts';

interface KeyDocument {
  readonly _id: string;
  readonly name: string;
  /** Grows with each change. */
  readonly rev: number;
  readonly doc: string;
}

interface EventDocument {
  readonly _id: string;
  readonly at: number;
  readonly caller: string;
  readonly doc: string;
}

export function createMongoApiKeyStore(mongo: MongoDatabase): ApiKeyStore {
  const keys = mongo.collection<KeyDocument>('access_keys');
  return {
    create: (key) => insertIfAbsent(keys, { _id: key.sid, name: key.name, rev: 1, doc: JSON.stringify(key) }),
    get: async (sid) => parsed(await keys.findOne({ _id: sid })),
    async list(afterName, limit) {
      const found = keys
        .find({ name: { $gt: afterName } })
        .sort({ name: 1 })
        .limit(limit);
      return (await found.toArray()).map(({ doc }) => JSON.parse(doc) as ApiKey);
    },
    async change(sid, change) {
      for (;;) {
        const found = await keys.findOne({ _id: sid });
        const present = parsed<ApiKey>(found);
        if (found === null || present === undefined) return undefined;
        const next = change(present);
        if (next === present) return next;
        const written = { $set: { doc: JSON.stringify(next) }, $inc: { rev: 1 } };
        if ((await keys.updateOne({ _id: sid, rev: found.rev }, written)).matchedCount > 0) return next;
      }
    },
  };
}

export function createMongoAuditStore(mongo: MongoDatabase): AuditStore {
  const audit = mongo.collection<EventDocument>('access_audit');
  return {
    async add(events) {
      if (events.length === 0) return;
      const documents = events.map((event) => ({
        ...{ _id: event.sid, at: event.at, caller: event.caller },
        doc: JSON.stringify(event),
      }));
      try {
        await audit.insertMany(documents, { ordered: false });
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    },
    async list({ caller, beforeSid, limit }) {
      const filter = {
        ...(caller === '' ? {} : { caller }),
        ...(beforeSid === '' ? {} : { _id: { $lt: beforeSid } }),
      };
      const found = await audit.find(filter).sort({ _id: -1 }).limit(limit).toArray();
      return found.map(({ doc }) => JSON.parse(doc) as AuditEvent);
    },
    async removeBefore(at, limit) {
      const old = await audit
        .find({ at: { $lt: at } }, { projection: { _id: 1 } })
        .sort({ at: 1 })
        .limit(limit)
        .toArray();
      if (old.length === 0) return 0;
      return (await audit.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } })).deletedCount;
    },
  };
}

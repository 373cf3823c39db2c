// Keys and the audit log in MongoDB.

import type { AuditEvent } from '@hero-logic/platform';
import { insertIfAbsent, type MongoDatabase, type MongoIndexes } from '@hero-logic/platform/mongo';
import type { ApiKey } from '../domain/access/api-key.ts';
import type { ApiKeyStore, AuditStore } from '../domain/access/ports.ts';

interface KeyDocument {
  readonly _id: string;
  readonly name: string;
  readonly doc: string;
  /** Grows with each change: who changes an older one reads it again. */
  readonly rev: number;
}

interface EventDocument {
  readonly _id: string;
  readonly at: number;
  readonly caller: string;
  readonly doc: string;
}

export const ACCESS_INDEXES: MongoIndexes = {
  api_keys: [{ key: { name: 1 }, name: 'by_name', unique: true }],
  audit_events: [
    { key: { caller: 1, _id: -1 }, name: 'by_caller' },
    { key: { at: 1 }, name: 'by_age' },
  ],
};

export function createMongoApiKeyStore(mongo: MongoDatabase): ApiKeyStore {
  const keys = mongo.collection<KeyDocument>('api_keys');
  return {
    create: (key) => insertIfAbsent(keys, { _id: key.sid, name: key.name, doc: JSON.stringify(key), rev: 1 }),
    async get(sid) {
      const found = await keys.findOne({ _id: sid });
      return found === null ? undefined : (JSON.parse(found.doc) as ApiKey);
    },
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
        if (found === null) return undefined;
        const present = JSON.parse(found.doc) as ApiKey;
        const next = change(present);
        if (next === present) return present;
        const { matchedCount } = await keys.updateOne(
          { _id: sid, rev: found.rev },
          { $set: { doc: JSON.stringify(next) }, $inc: { rev: 1 } },
        );
        if (matchedCount > 0) return next;
      }
    },
  };
}

export function createMongoAuditStore(mongo: MongoDatabase): AuditStore {
  const events = mongo.collection<EventDocument>('audit_events');
  return {
    async add(added) {
      if (added.length === 0) return;
      await events.bulkWrite(
        added.map((event) => ({
          updateOne: {
            filter: { _id: event.sid },
            update: { $setOnInsert: { at: event.at, caller: event.caller, doc: JSON.stringify(event) } },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },
    async list({ caller, beforeSid, limit }) {
      const ofCaller = caller === '' ? {} : { caller };
      const before = beforeSid === '' ? { $gt: '' } : { $lt: beforeSid };
      const found = events
        .find({ ...ofCaller, _id: before })
        .sort({ _id: -1 })
        .limit(limit);
      return (await found.toArray()).map(({ doc }) => JSON.parse(doc) as AuditEvent);
    },
    async removeBefore(at, limit) {
      const old = events
        .find({ at: { $lt: at } }, { projection: { _id: 1 } })
        .sort({ at: 1 })
        .limit(limit);
      const sids = (await old.toArray()).map(({ _id }) => _id);
      if (sids.length === 0) return 0;
      return (await events.deleteMany({ _id: { $in: sids } })).deletedCount;
    },
  };
}

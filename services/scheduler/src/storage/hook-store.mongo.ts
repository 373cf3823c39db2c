// HookStore in MongoDB.

import { createKeyedQueue } from '@hero-logic/platform';
import { insertIfAbsent, type MongoDatabase, type MongoIndexes } from '@hero-logic/platform/mongo';
import { type Delivery, type HookStore, KEPT_DELIVERIES } from '../domain/hook/hook-store.ts';

interface DeliveryDocument {
  /** "TRIGGER/SEQ": of two that take the same number one takes the next. */
  readonly _id: string;
  readonly trigger: string;
  readonly seq: number;
  readonly doc: string;
}

interface LinkDocument {
  /** Hash of the token. */
  readonly _id: string;
  readonly playSid: string;
  readonly resumeId: string;
  readonly expiresAt: number;
}

export const HOOK_INDEXES: MongoIndexes = {
  hook_deliveries: [{ key: { trigger: 1, seq: 1 }, name: 'by_trigger' }],
  resume_links: [{ key: { expiresAt: 1 }, name: 'over' }],
};

export function createMongoHookStore(mongo: MongoDatabase): HookStore {
  const deliveries = mongo.collection<DeliveryDocument>('hook_deliveries');
  // Those of one process do not race for a number with each other.
  const inTurn = createKeyedQueue();
  const links = mongo.collection<LinkDocument>('resume_links');
  return {
    addDelivery: (delivery) =>
      inTurn(delivery.triggerSid, async () => {
        const { triggerSid: trigger } = delivery;
        const doc = JSON.stringify(delivery);
        for (;;) {
          const last = await deliveries.findOne({ trigger }, { sort: { seq: -1 }, projection: { seq: 1 } });
          const seq = (last?.seq ?? 0) + 1;
          if (!(await insertIfAbsent(deliveries, { _id: `${trigger}/${seq}`, trigger, seq, doc }))) continue;
          if (seq > KEPT_DELIVERIES) await deliveries.deleteMany({ trigger, seq: { $lte: seq - KEPT_DELIVERIES } });
          return;
        }
      }),
    async listDeliveries(trigger, beforeSeq, limit) {
      const found = deliveries.find({ trigger, seq: { $lt: beforeSeq ?? Number.MAX_SAFE_INTEGER } });
      const documents = await found.sort({ seq: -1 }).limit(limit).toArray();
      return documents.map(({ seq, doc }) => ({ ...(JSON.parse(doc) as Delivery), seq }));
    },
    async removeDeliveries(trigger) {
      await deliveries.deleteMany({ trigger });
    },
    async addLink({ tokenHash, playSid, resumeId, expiresAt }, now) {
      await links.deleteMany({ expiresAt: { $lte: now } });
      await links.insertOne({ _id: tokenHash, playSid, resumeId, expiresAt });
    },
    async findLink(tokenHash) {
      const found = await links.findOne({ _id: tokenHash });
      if (found === null) return undefined;
      const { playSid, resumeId, expiresAt } = found;
      return { tokenHash, playSid, resumeId, expiresAt };
    },
  };
}

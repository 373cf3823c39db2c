// Looking at triggers and their firings, and what is due of them.

import { DEFAULT_NAMESPACE } from '@hero-logic/platform';
import type { MongoTexts } from '@hero-logic/platform/mongo';
import type { Trigger } from '../domain/trigger/trigger.ts';
import type { TriggerStore } from '../domain/trigger/trigger-store.ts';
import { fireFrom, type TriggerCollections } from './trigger-documents.mongo.ts';

type Reads = Omit<TriggerStore, 'add' | 'change' | 'remove'>;

const DOC_ONLY = { projection: { doc: 1 } } as const;

export function createTriggerReads({ triggers, fires }: TriggerCollections, texts: MongoTexts): Reads {
  return {
    async find(sid) {
      const found = await triggers.findOne({ _id: sid }, DOC_ONLY);
      return found === null ? undefined : (JSON.parse(found.doc) as Trigger);
    },
    async findByRequest(requestId) {
      const found = requestId === '' ? null : await triggers.findOne({ requestId }, DOC_ONLY);
      return found === null ? undefined : (JSON.parse(found.doc) as Trigger);
    },
    async findBySlug(slug) {
      const found = slug === '' ? null : await triggers.findOne({ slug }, DOC_ONLY);
      return found === null ? undefined : (JSON.parse(found.doc) as Trigger);
    },
    async inputData(sid) {
      const found = await triggers.findOne({ _id: sid }, { projection: { input: 1 } });
      return found === null ? '' : texts.get(found.input);
    },
    async fireInput(sid, fireId) {
      const found = await fires.findOne({ _id: `${sid}/${fireId}` }, { projection: { input: 1 } });
      return found === null || found.input === null ? undefined : texts.get(found.input);
    },
    async list({ workflowSid, namespace, kind, enabled, beforeSid, limit }) {
      const filter = {
        ...(workflowSid === '' ? {} : { workflowSid }),
        ...(namespace === undefined
          ? {}
          : { namespace: namespace === DEFAULT_NAMESPACE ? { $exists: false } : namespace }),
        ...(kind === undefined ? {} : { kind }),
        ...(enabled === undefined ? {} : { enabled }),
        ...(beforeSid === '' ? {} : { _id: { $lt: beforeSid } }),
      };
      const found = await triggers.find(filter, DOC_ONLY).sort({ _id: -1 }).limit(limit).toArray();
      return found.map(({ doc }) => JSON.parse(doc) as Trigger);
    },
    countWaiting: (trigger) => fires.countDocuments({ trigger, state: 'waiting' }),
    async listFires(trigger, before, limit) {
      const { dueAt, id } = before ?? { dueAt: Number.MAX_SAFE_INTEGER, id: '' };
      const earlier = { trigger, $or: [{ dueAt: { $lt: dueAt } }, { dueAt, id: { $lt: id } }] };
      const found = fires.find(earlier, DOC_ONLY).sort({ dueAt: -1, id: -1 }).limit(limit);
      return (await found.toArray()).map(fireFrom);
    },
    async listDue(now, atMost) {
      const due = triggers.find({ nextFireAt: { $gt: 0, $lte: now } }, { projection: { _id: 1 } });
      return (await due.sort({ nextFireAt: 1 }).limit(atMost).toArray()).map(({ _id }) => _id);
    },
    async listStarting(now, atMost) {
      const found = fires.find({ state: 'starting', retryAt: { $lte: now } }, DOC_ONLY).sort({ retryAt: 1 });
      return (await found.limit(atMost).toArray()).map(fireFrom);
    },
    async nextDue() {
      const [fire, start] = await Promise.all([
        triggers.findOne({ nextFireAt: { $gt: 0 } }, { sort: { nextFireAt: 1 }, projection: { nextFireAt: 1 } }),
        fires.findOne({ state: 'starting' }, { sort: { retryAt: 1 }, projection: { retryAt: 1 } }),
      ]);
      const times = [fire?.nextFireAt, start?.retryAt].filter((at) => at !== undefined);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    async listStarted(after, atMost) {
      const { triggerSid: trigger, id } = after ?? { triggerSid: '', id: '' };
      const later = { state: 'started', $or: [{ trigger: { $gt: trigger } }, { trigger, id: { $gt: id } }] };
      return (await fires.find(later, DOC_ONLY).sort({ trigger: 1, id: 1 }).limit(atMost).toArray()).map(fireFrom);
    },
    async listWaiting(afterSid, atMost) {
      const found = await fires
        .aggregate<{ _id: string }>([
          { $match: { state: 'waiting', trigger: { $gt: afterSid } } },
          { $group: { _id: '$trigger' } },
          { $sort: { _id: 1 } },
          { $limit: atMost },
        ])
        .toArray();
      return found.map(({ _id }) => _id);
    },
  };
}

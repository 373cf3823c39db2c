/**
 * TriggerStore on MongoDB. A decision is one update of its trigger's document, made only if that is as the decision saw it; the firings that
 * it writes stand in it as an intent and are put into their collection right after, as play-writes.mongo.ts does it for plays: whoever
 * decides next does first what is left, and doing it twice or late changes nothing.
 */

import { createKeyedQueue } from '@hero-logic/platform';
import { createMongoTexts, insertIfAbsent, isDuplicate, type MongoDatabase } from '@hero-logic/platform/mongo';
import { slugTaken, triggerNotFound } from '../domain/errors.ts';
import type { SealSecrets } from '../domain/hook/secret-box.ts';
import { isSettledFire, MAX_WAITING, nextFireAt, type Trigger } from '../domain/trigger/trigger.ts';
import {
  KEPT_FIRES,
  type TriggerChange,
  type TriggerFacts,
  type TriggerStore,
} from '../domain/trigger/trigger-store.ts';
import { type FireDocument, fireFrom, type TriggerDocument, triggerCollections } from './trigger-documents.mongo.ts';
import { createTriggerReads } from './trigger-reads.mongo.ts';

export { TRIGGER_INDEXES } from './trigger-documents.mongo.ts';

export interface MongoTriggerStore extends TriggerStore {
  /** Does what a process that is gone left undone. To be called every few seconds. */
  finish(now: number): Promise<void>;
}

/** More live firings than this are not told apart. */
const MOST_LIVE = 100;
/** After so long an intent is nobody's any more. */
const LEFT_AFTER_MS = 3000;
/** As the server says it. */
const DUPLICATE = 11000;
/** More firings than one change writes. */
const MOST_AT_ONCE = 1_000_000;

export function createMongoTriggerStore(
  mongo: MongoDatabase,
  seal: SealSecrets = (trigger) => trigger,
): MongoTriggerStore {
  const collections = triggerCollections(mongo);
  const { triggers, fires } = collections;
  const texts = createMongoTexts(mongo, 'trigger_texts');
  const inTurn = createKeyedQueue();

  async function done({ _id: sid, ver, intent }: TriggerDocument): Promise<void> {
    if (intent === null) return;
    for (const fire of intent) await putFire(fire);
    if (intent.some(({ settledSeq }) => settledSeq > 0)) await dropOld(sid);
    const { matchedCount } = await triggers.updateOne({ _id: sid, ver }, { $set: { intent: null, intentAt: 0 } });
    // Removed meanwhile: its firings go with it.
    if (matchedCount === 0 && (await triggers.findOne({ _id: sid })) === null) await fires.deleteMany({ trigger: sid });
  }

  /** The input of a firing is written once. */
  async function putFire({ _id, input, ...fire }: FireDocument): Promise<void> {
    const own = input === null ? { $setOnInsert: { input } } : {};
    const set = { $set: { ...fire, ...(input === null ? {} : { input }) }, ...own };
    try {
      await fires.updateOne({ _id, ver: { $lt: fire.ver } }, set, { upsert: true });
    } catch (error) {
      if (!isDuplicate(error)) throw error; // it is there, as new as this or newer
    }
  }

  async function dropOld(trigger: string): Promise<void> {
    const settled = { trigger, settledSeq: { $gt: 0 } };
    const [last] = await fires.find(settled).sort({ settledSeq: -1 }).skip(KEPT_FIRES).limit(1).toArray();
    if (last !== undefined) await fires.deleteMany({ trigger, settledSeq: { $gt: 0, $lte: last.settledSeq } });
  }

  async function load(sid: string): Promise<TriggerDocument> {
    const found = await triggers.findOne({ _id: sid });
    if (found === null) throw triggerNotFound(sid);
    await done(found);
    return found;
  }

  async function readFacts(trigger: string, fireIds: readonly string[]): Promise<TriggerFacts> {
    const list = async (filter: object, limit: number) =>
      (
        await fires
          .find({ trigger, ...filter })
          .sort({ dueAt: 1, id: 1 })
          .limit(limit)
          .toArray()
      ).map(fireFrom);
    const ids = fireIds.map((id) => `${trigger}/${id}`);
    const [waiting, live, known] = await Promise.all([
      list({ state: 'waiting' }, 3 * MAX_WAITING),
      list({ live: true }, MOST_LIVE),
      ids.length === 0 ? [] : fires.find({ _id: { $in: ids } }).toArray(),
    ]);
    const byId = new Map(known.map((fire) => [fire.id, fireFrom(fire)]));
    return {
      waiting,
      live,
      known: new Map(fireIds.flatMap((id) => (byId.has(id) ? [[id, byId.get(id) as never]] : []))),
    };
  }

  /** False: somebody else changed it meanwhile. */
  async function save(found: TriggerDocument, before: Trigger, change: TriggerChange<unknown>): Promise<boolean> {
    const { trigger = before, fires: changed = [], fireInputs = {}, inputData } = change;
    if (trigger === before && changed.length === 0 && inputData === undefined) return true;
    const ver = found.ver + 1;
    const intent: FireDocument[] = [];
    for (const [index, fire] of changed.entries()) {
      const input = fireInputs[fire.id];
      intent.push({
        ...{ _id: `${fire.triggerSid}/${fire.id}`, trigger: fire.triggerSid, id: fire.id, ver, dueAt: fire.dueAt },
        ...{ state: fire.state, live: fire.state === 'starting' || fire.state === 'started' },
        retryAt: fire.retryAt ?? 0,
        settledSeq: isSettledFire(fire) ? ver * MOST_AT_ONCE + index + 1 : 0,
        input: input === undefined ? null : await texts.put(input),
        doc: JSON.stringify(fire),
      });
    }
    const written = {
      ...{
        ver,
        slug: trigger.slug ?? '',
        enabled: trigger.enabled,
        nextFireAt: nextFireAt(trigger) ?? 0,
        doc: JSON.stringify(seal(trigger)),
      },
      ...(inputData === undefined ? {} : { input: await texts.put(inputData) }),
      intent: intent.length === 0 ? null : intent,
      intentAt: intent.length === 0 ? 0 : Date.now(),
    };
    const { matchedCount } = await triggers
      .updateOne({ _id: found._id, ver: found.ver }, { $set: written })
      .catch((error: unknown) => refuseSlug(trigger, error));
    if (matchedCount === 0) return false;
    await done({ ...found, ...written });
    return true;
  }

  /** The only other key of a trigger never changes. */
  async function refuseSlug({ slug = '' }: Trigger, error: unknown): Promise<never> {
    const other = isDuplicate(error) && slug !== '' ? await triggers.findOne({ slug }) : null;
    throw other === null ? error : slugTaken(slug);
  }

  return {
    async add(trigger, inputData) {
      const { sid, workflowSid, kind, enabled, requestId } = trigger;
      const document: TriggerDocument = {
        ...{ _id: sid, ver: 1, workflowSid, kind, enabled, requestId, slug: trigger.slug ?? '' },
        ...{
          nextFireAt: nextFireAt(trigger) ?? 0,
          doc: JSON.stringify(seal(trigger)),
          input: await texts.put(inputData),
        },
        ...{ intent: null, intentAt: 0 },
        ...(trigger.namespace === undefined ? {} : { namespace: trigger.namespace }),
      };
      if (await insertIfAbsent(triggers, document)) return trigger;
      await texts.drop([document.input]);
      const known = await triggers.findOne(requestId === '' ? { _id: sid } : { requestId });
      if (known === null) return refuseSlug(trigger, { code: DUPLICATE });
      return JSON.parse(known.doc) as Trigger;
    },
    change: (sid, fireIds, decide) =>
      inTurn(sid, async () => {
        for (;;) {
          const found = await load(sid);
          const before = JSON.parse(found.doc) as Trigger;
          const decided = decide(before, await readFacts(sid, fireIds));
          if (await save(found, before, decided)) return decided.result;
        }
      }),
    async remove(sid) {
      const { deletedCount } = await triggers.deleteOne({ _id: sid });
      await fires.deleteMany({ trigger: sid });
      return deletedCount > 0;
    },
    ...createTriggerReads(collections, texts),
    async finish(now) {
      const left = await triggers.find({ intentAt: { $gt: 0, $lt: now - LEFT_AFTER_MS } }).toArray();
      for (const trigger of left) await done(trigger);
    },
  };
}

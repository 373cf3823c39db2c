// WebhookStore in MongoDB, and the outbox of the play store: what the webhooks are told of a change stands in the document of the play until
// it is put here (play-writes.mongo.ts).

import {
  type Collection,
  insertIfAbsent,
  type MongoDatabase,
  type MongoIndexes,
  unlessThere,
} from '@hero-logic/platform/mongo';
import { webhookNotFound } from '../domain/errors.ts';
import type { SealSecrets } from '../domain/hook/secret-box.ts';
import { claimed, type WebhookDelivery } from '../domain/webhook/delivery.ts';
import { type PlayStep, playEventsOf } from '../domain/webhook/play-events.ts';
import { checkRoom, deliveriesOf, type Webhook } from '../domain/webhook/webhook.ts';
import type { WebhookStore } from '../domain/webhook/webhook-store.ts';

interface WebhookDocument {
  readonly _id: string;
  /** Grows with every change. */
  readonly ver: number;
  readonly requestId: string;
  readonly doc: string;
}

export interface DeliveryDocument {
  /** "WEBHOOK/ID" */
  readonly _id: string;
  readonly webhook: string;
  readonly id: string;
  readonly at: number;
  readonly state: string;
  readonly dueAt: number;
  readonly rev: number;
  readonly body: string;
  readonly doc: string;
}

const PENDING = { state: 'pending' };

export const WEBHOOK_INDEXES: MongoIndexes = {
  webhooks: [
    { key: { requestId: 1 }, name: 'by_request', unique: true, partialFilterExpression: { requestId: { $gt: '' } } },
  ],
  webhook_deliveries: [
    { key: { webhook: 1, at: -1, id: -1 }, name: 'by_time' },
    { key: { webhook: 1, state: 1, at: -1, id: -1 }, name: 'by_state' },
    { key: { webhook: 1, dueAt: 1 }, name: 'due', partialFilterExpression: PENDING },
    { key: { state: 1, at: 1 }, name: 'old' },
  ],
};

export interface MongoOutbox {
  /** What the webhooks are told of a change, to be written with it. */
  deliveriesOf(step: PlayStep): Promise<readonly DeliveryDocument[]>;
  /** Puts them into their place, once or more often. */
  put(deliveries: readonly DeliveryDocument[]): Promise<void>;
}

export const noOutbox: MongoOutbox = { deliveriesOf: async () => [], put: async () => undefined };

export interface MongoWebhooks {
  readonly store: WebhookStore;
  readonly outbox: MongoOutbox;
}

/** Another process may have changed the webhooks since. */
const REMEMBERED_MS = 2000;

export interface MongoWebhookOptions {
  /** Deliveries wait to be sent. */
  readonly onQueued?: () => void;
  /** Milliseconds that only grow. */
  readonly monotonic?: () => number;
  /** How the secrets are written; absent = as they are. */
  readonly seal?: SealSecrets | undefined;
}

export function createMongoWebhookStore(mongo: MongoDatabase, options: MongoWebhookOptions = {}): MongoWebhooks {
  const { onQueued, monotonic = () => performance.now(), seal = (webhook) => webhook } = options;
  const webhooks = mongo.collection<WebhookDocument>('webhooks');
  const deliveries = mongo.collection<DeliveryDocument>('webhook_deliveries');
  let known: { readonly list: Promise<Webhook[]>; readonly until: number } | undefined;
  const forgetting = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      known = undefined;
    }
  };
  const list = () => readAll(webhooks);

  async function remembered(): Promise<Webhook[]> {
    if (known === undefined || known.until <= monotonic()) {
      const reading = { list: list(), until: monotonic() + REMEMBERED_MS };
      known = reading;
      reading.list.catch(() => {
        if (known === reading) known = undefined;
      });
    }
    return known.list;
  }

  return {
    store: {
      add: (webhook) => forgetting(add(webhooks, webhook, seal)),
      findByRequest: (requestId) => findByRequest(webhooks, requestId),
      find: async (sid) => webhookFrom(await webhooks.findOne({ _id: sid })),
      list,
      change: (sid, decide) => forgetting(change(webhooks, sid, decide, seal)),
      async remove(sid) {
        const { deletedCount } = await forgetting(webhooks.deleteOne({ _id: sid }));
        await deliveries.deleteMany({ webhook: sid });
        return deletedCount > 0;
      },
      ...createDeliveries(deliveries),
    },
    outbox: {
      async deliveriesOf(step) {
        const hearing = await remembered();
        return hearing.length === 0 ? [] : deliveriesOf(playEventsOf(step), hearing).map(documentOf);
      },
      async put(written) {
        if (written.length === 0) return;
        // Those that are there were put before, and perhaps sent since.
        await unlessThere(() => deliveries.insertMany([...written], { ordered: false }));
        onQueued?.();
      },
    },
  };
}

async function readAll(webhooks: Collection<WebhookDocument>): Promise<Webhook[]> {
  const all = await webhooks
    .find({ _id: { $gt: '' } })
    .sort({ _id: -1 })
    .toArray();
  return all.map(({ doc }) => JSON.parse(doc) as Webhook);
}

async function findByRequest(webhooks: Collection<WebhookDocument>, requestId: string): Promise<Webhook | undefined> {
  return requestId === '' ? undefined : webhookFrom(await webhooks.findOne({ requestId }));
}

async function add(webhooks: Collection<WebhookDocument>, webhook: Webhook, seal: SealSecrets): Promise<Webhook> {
  const { sid, requestId } = webhook;
  const same = await findByRequest(webhooks, requestId);
  if (same !== undefined) return same;
  checkRoom(await readAll(webhooks), webhook);
  const doc = JSON.stringify(seal(webhook));
  if (await insertIfAbsent(webhooks, { _id: sid, ver: 1, requestId, doc })) return webhook;
  return add(webhooks, webhook, seal);
}

async function change(
  webhooks: Collection<WebhookDocument>,
  sid: string,
  decide: (webhook: Webhook) => Webhook,
  seal: SealSecrets,
): Promise<Webhook> {
  for (;;) {
    const document = await webhooks.findOne({ _id: sid });
    if (document === null) throw webhookNotFound(sid);
    const found = JSON.parse(document.doc) as Webhook;
    const next = decide(found);
    if (next === found) return found;
    const { ver } = document;
    const written = { $set: { ver: ver + 1, doc: JSON.stringify(seal(next)) } };
    if ((await webhooks.updateOne({ _id: sid, ver }, written)).matchedCount > 0) return next;
  }
}

type Deliveries = Pick<
  WebhookStore,
  'findDelivery' | 'listDeliveries' | 'countDeliveries' | 'claimDue' | 'save' | 'nextDue' | 'forget'
>;

function createDeliveries(deliveries: Collection<DeliveryDocument>): Deliveries {
  async function save(found: WebhookDelivery, next: WebhookDelivery): Promise<boolean> {
    const { body: _, ...written } = documentOf(next);
    const { matchedCount } = await deliveries.updateOne({ _id: written._id, rev: found.rev }, { $set: written });
    return matchedCount > 0;
  }

  return {
    save,
    findDelivery: async (webhookSid, id) => {
      const found = await deliveries.findOne({ _id: `${webhookSid}/${id}` });
      return found === null ? undefined : deliveryFrom(found);
    },
    async listDeliveries({ webhookSid: webhook, state, before, limit }) {
      const older =
        before === undefined ? {} : { $or: [{ at: { $lt: before.at } }, { at: before.at, id: { $lt: before.id } }] };
      const found = deliveries.find({ webhook, ...(state === undefined ? {} : { state }), ...older });
      return (await found.sort({ at: -1, id: -1 }).limit(limit).toArray()).map(deliveryFrom);
    },
    countDeliveries: (webhook, state, atMost) => deliveries.countDocuments({ webhook, state }, { limit: atMost }),
    async claimDue(webhook, now, atMost) {
      const due = deliveries
        .find({ webhook, ...PENDING, dueAt: { $lte: now } })
        .sort({ dueAt: 1 })
        .limit(atMost);
      const found = (await due.toArray()).map(deliveryFrom);
      const taken = await Promise.all(
        found.map(async (delivery) => {
          const next = claimed(delivery, now);
          return (await save(delivery, next)) ? [next] : [];
        }),
      );
      return taken.flat();
    },
    async nextDue(webhook) {
      const next = { sort: { dueAt: 1 }, projection: { dueAt: 1 } } as const;
      return (await deliveries.findOne({ webhook, ...PENDING }, next))?.dueAt;
    },
    async forget(state, before, atMost) {
      const old = await deliveries
        .find({ state, at: { $lt: before } }, { projection: { _id: 1 } })
        .limit(atMost)
        .toArray();
      if (old.length > 0) await deliveries.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
      return old.length;
    },
  };
}

function webhookFrom(document: WebhookDocument | null): Webhook | undefined {
  return document === null ? undefined : (JSON.parse(document.doc) as Webhook);
}

function documentOf({ body, ...rest }: WebhookDelivery): DeliveryDocument {
  const { webhookSid, id, at, state, dueAt, rev } = rest;
  return {
    _id: `${webhookSid}/${id}`,
    webhook: webhookSid,
    id,
    at,
    state,
    dueAt,
    rev,
    body,
    doc: JSON.stringify(rest),
  };
}

function deliveryFrom({ body, doc }: DeliveryDocument): WebhookDelivery {
  return { ...(JSON.parse(doc) as Omit<WebhookDelivery, 'body'>), body };
}

// WebhookService: translates for everybody who writes, tries and looks at webhooks.

import type { ServiceImpl } from '@connectrpc/connect';
import { decodePageToken, encodePageToken, pageSize, principalOf } from '@hero-logic/platform';
import type { Webhook as PbWebhook } from '@hero-logic/proto/herologic/scheduler/v1/webhook_pb';
import type {
  ListWebhookDeliveriesRequest,
  ListWebhooksRequest,
  WebhookService,
} from '@hero-logic/proto/herologic/scheduler/v1/webhook_service_pb';
import type { WebhookDeps } from '../domain/commands/webhook/deps.ts';
import { resend, testWebhook } from '../domain/commands/webhook/resend.ts';
import {
  createWebhook,
  deleteWebhook,
  requireWebhook,
  rotateWebhookSecret,
  updateWebhook,
} from '../domain/commands/webhook/write-webhook.ts';
import { MOST_WEBHOOKS, type Webhook } from '../domain/webhook/webhook.ts';
import { spanFromPb } from './duration-codec.ts';
import { deliveryStateFromPb, deliveryToPb, eventsFromPb, formatFromPb, webhookToPb } from './webhook-codec.ts';

const GRACE_MS = 24 * 3_600_000;
const MOST_COUNTED = 1000;

export function createWebhookService(deps: WebhookDeps): ServiceImpl<typeof WebhookService> {
  return {
    async createWebhook(request, { requestHeader }) {
      const { url, events, name, workflowSid, tags, format, template, enabled = true, requestId } = request;
      const { namespace } = principalOf(requestHeader);
      const more = { events: eventsFromPb(events), format: formatFromPb(format) };
      const asked = { url, name, namespace, workflowSid, tags, template, enabled, requestId, ...more };
      return replyWithSecret(deps, await createWebhook(deps, asked));
    },
    getWebhook: async ({ webhookSid }) => reply(deps, await requireWebhook(deps, webhookSid)),
    listWebhooks: (request, { requestHeader }) => listWebhooks(deps, request, principalOf(requestHeader).namespace),
    async updateWebhook({ webhookSid, url, events, name, format, template, enabled, disabledReason }) {
      const more = { events: events && eventsFromPb(events.kinds), format: formatFromPb(format) };
      return reply(
        deps,
        await updateWebhook(deps, { webhookSid, url, name, template, enabled, disabledReason, ...more }),
      );
    },
    async deleteWebhook({ webhookSid }) {
      await deleteWebhook(deps, webhookSid);
      return { ok: true };
    },
    rotateWebhookSecret: async ({ webhookSid, grace }) =>
      replyWithSecret(deps, await rotateWebhookSecret(deps, webhookSid, spanFromPb(grace) ?? GRACE_MS)),
    testWebhook: async ({ webhookSid }, { signal }) => deliveryToPb(await testWebhook(deps, webhookSid, signal)),
    listWebhookDeliveries: (request) => listDeliveries(deps, request),
    resendWebhook: async ({ webhookSid, deliveryId }) => ({ queued: await resend(deps, webhookSid, deliveryId) }),
  };
}

async function reply(deps: WebhookDeps, webhook: Webhook): Promise<PbWebhook> {
  const count = (state: 'pending' | 'dead') => deps.webhooks.countDeliveries(webhook.sid, state, MOST_COUNTED);
  const [pending, dead] = await Promise.all([count('pending'), count('dead')]);
  return webhookToPb(webhook, { pending, dead });
}

/** With the secret that was just made. */
async function replyWithSecret(deps: WebhookDeps, webhook: Webhook): Promise<PbWebhook> {
  const message = await reply(deps, webhook);
  message.secret = deps.secretBox.newest(webhook);
  return message;
}

async function listWebhooks(deps: WebhookDeps, request: ListWebhooksRequest, namespace: string | undefined) {
  const limit = pageSize(request.pageSize, MOST_WEBHOOKS, MOST_WEBHOOKS);
  const [before = ''] = decodePageToken(request.pageToken) ?? [];
  const all = await deps.webhooks.list();
  const seen = namespace === undefined ? all : all.filter((webhook) => webhook.namespace === namespace);
  const found = seen.filter(({ sid }) => before === '' || sid < String(before));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    webhooks: await Promise.all(page.map((webhook) => reply(deps, webhook))),
    nextPageToken: found.length > limit && last !== undefined ? encodePageToken([last.sid]) : '',
  };
}

async function listDeliveries(deps: WebhookDeps, request: ListWebhookDeliveriesRequest) {
  const { webhookSid } = request;
  await requireWebhook(deps, webhookSid);
  const limit = pageSize(request.pageSize, 50, 1000);
  const [at, id] = decodePageToken(request.pageToken) ?? [];
  const found = await deps.webhooks.listDeliveries({
    webhookSid,
    state: deliveryStateFromPb(request.state),
    before: at === undefined ? undefined : { at: Number(at), id: String(id) },
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    deliveries: page.map(deliveryToPb),
    nextPageToken: found.length > limit && last !== undefined ? encodePageToken([last.at, last.id]) : '',
  };
}

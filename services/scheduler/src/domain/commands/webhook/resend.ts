// Sends again, with the same ids; and sends one event that only tries the webhook.

import { deliveryNotFound } from '../../errors.ts';
import { hastened, requeued, settled, type WebhookDelivery } from '../../webhook/delivery.ts';
import { attempt } from './attempt.ts';
import { WEBHOOK_TOPIC, type WebhookDeps } from './deps.ts';
import { requireWebhook } from './write-webhook.ts';

const MOST_AT_ONCE = 1000;

/** How many are sent again; one that is named and waits for its next attempt gets it now. WEBHOOK_NOT_FOUND, DELIVERY_NOT_FOUND. */
export async function resend(deps: WebhookDeps, webhookSid: string, deliveryId: string): Promise<number> {
  await requireWebhook(deps, webhookSid);
  const again = deliveryId === '' ? await listDead(deps, webhookSid) : [await find(deps, webhookSid, deliveryId)];
  const now = deps.clock.now();
  let queued = 0;
  for (const delivery of again) {
    const next = delivery.state === 'pending' ? hastened(delivery, now) : requeued(delivery, now);
    if (next !== undefined && (await deps.webhooks.save(delivery, next))) queued += 1;
  }
  if (queued > 0) deps.signals.publish(WEBHOOK_TOPIC);
  return queued;
}

function listDead(deps: WebhookDeps, webhookSid: string): Promise<WebhookDelivery[]> {
  return deps.webhooks.listDeliveries({ webhookSid, state: 'dead', limit: MOST_AT_ONCE });
}

async function find(deps: WebhookDeps, webhookSid: string, id: string): Promise<WebhookDelivery> {
  const found = await deps.webhooks.findDelivery(webhookSid, id);
  if (found === undefined) throw deliveryNotFound(id);
  return found;
}

/** The delivery as it went; it is not kept. WEBHOOK_NOT_FOUND. */
export async function testWebhook(deps: WebhookDeps, webhookSid: string, abort: AbortSignal): Promise<WebhookDelivery> {
  const webhook = await requireWebhook(deps, webhookSid);
  const at = deps.clock.now();
  const delivery: WebhookDelivery = {
    ...{ id: `msg_${deps.newSid()}_webhook_test`, webhookSid, type: 'webhook.test', playSid: '', resumeId: '', at },
    body: JSON.stringify({ type: 'webhook.test', timestamp: new Date(at).toISOString(), data: {} }),
    ...{ rev: 1, state: 'pending', attempts: 1, dueAt: at, firstAttemptAt: at, lastAttemptAt: at },
    ...{ lastStatus: 0, lastFailure: '', lastDurationMs: 0 },
  };
  const next = settled(delivery, await attempt(deps, webhook, delivery, abort), deps.clock.now(), 0);
  return next.state === 'delivered' ? next : { ...next, state: 'dead' };
}

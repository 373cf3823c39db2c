// A webhook: an address that is told what happens to plays. It is told of what its filters let through while it is enabled; deliveries are
// written with the change of the play that they are about (webhook-store.ts) and sent by a loop.

import { DEFAULT_NAMESPACE } from '@hero-logic/platform';
import { tooManyWebhooks } from '../errors.ts';
import type { HookSecret } from '../hook/signature.ts';
import type { WebhookDelivery } from './delivery.ts';
import { type PlayEvent, standardBody, type WebhookEvent } from './play-events.ts';

export type WebhookFormat = 'standard' | 'slack' | 'jsonata';

export interface Webhook {
  readonly sid: string;
  readonly url: string;
  readonly name: string;
  /** None = everything. */
  readonly events: readonly WebhookEvent[];
  /** Of whose plays, and whose it is; absent = all. */
  readonly namespace?: string | undefined;
  /** Empty = of all. */
  readonly workflowSid: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly format: WebhookFormat;
  readonly template: string;
  readonly enabled: boolean;
  readonly disabledReason: string;
  /** The first one was made last. Never leave the service but in the reply that makes one. */
  readonly secrets: readonly HookSecret[];
  readonly lastSuccessAt?: number | undefined;
  /** Since when no attempt has succeeded. */
  readonly failingSince?: number | undefined;
  readonly lastFailure: string;
  readonly requestId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Of each namespace, and as many that are of all. */
export const MOST_WEBHOOKS = 100;

/** Whether one more fits beside those that there are. TOO_LARGE. */
export function checkRoom(all: readonly Webhook[], { namespace }: Pick<Webhook, 'namespace'>): void {
  const beside = all.filter((webhook) => webhook.namespace === namespace);
  if (beside.length >= MOST_WEBHOOKS) throw tooManyWebhooks(MOST_WEBHOOKS, namespace);
}

/** Each has to look at every change of every play. */
function hears(webhook: Webhook, { type, play }: Pick<PlayEvent, 'type' | 'play'>): boolean {
  const { enabled, events, namespace, workflowSid, tags } = webhook;
  if (!enabled || (events.length > 0 && !events.includes(type))) return false;
  if (namespace !== undefined && namespace !== (play.namespace ?? DEFAULT_NAMESPACE)) return false;
  if (workflowSid !== '' && workflowSid !== play.workflowSid) return false;
  return Object.entries(tags).every(([key, value]) => play.tags[key] === value);
}

/** What the webhooks are told of some events. */
export function deliveriesOf(events: readonly PlayEvent[], webhooks: readonly Webhook[]): WebhookDelivery[] {
  return events.flatMap((event) => {
    const hearing = webhooks.filter((webhook) => hears(webhook, event));
    if (hearing.length === 0) return [];
    const { id, type, at, play, pause } = event;
    const body = standardBody(event);
    return hearing.map(({ sid }) => ({
      ...{ id, webhookSid: sid, type, playSid: play.sid, resumeId: pause?.id ?? '', at, body },
      ...{ rev: 1, state: 'pending' as const, attempts: 0, dueAt: at },
      ...{ lastStatus: 0, lastFailure: '', lastDurationMs: 0 },
    }));
  });
}

export function enable(webhook: Webhook): Webhook {
  return { ...webhook, enabled: true, disabledReason: '', failingSince: undefined, lastFailure: '' };
}

export function disable(webhook: Webhook, reason: string): Webhook {
  return webhook.enabled ? { ...webhook, enabled: false, disabledReason: reason } : webhook;
}

/** So often a success is written down: every delivery would be a write. */
const SUCCESS_EVERY_MS = 60_000;

/** After an attempt. It is disabled when it asks for that (410), or when a delivery was given up and nothing arrived since it was made. */
export function afterAttempt(webhook: Webhook, delivery: WebhookDelivery, now: number): Webhook {
  if (delivery.state === 'delivered') {
    const isFresh = webhook.failingSince === undefined && now - (webhook.lastSuccessAt ?? 0) < SUCCESS_EVERY_MS;
    return isFresh ? webhook : { ...webhook, lastSuccessAt: now, failingSince: undefined, lastFailure: '' };
  }
  const { lastFailure, lastAttemptAt = now } = delivery;
  const failing = { ...webhook, failingSince: webhook.failingSince ?? lastAttemptAt, lastFailure };
  if (delivery.lastStatus === GONE) return disable(failing, 'it answered 410: it wants no more deliveries');
  if (delivery.state !== 'dead' || failing.failingSince > (delivery.firstAttemptAt ?? now)) return failing;
  const attempts = `${delivery.attempts} attempts over ${Math.round((now - failing.failingSince) / DAY_MS)} days failed`;
  return disable(failing, `${attempts} and none arrived, the last: ${lastFailure}`);
}

const GONE = 410;
const DAY_MS = 86_400_000;

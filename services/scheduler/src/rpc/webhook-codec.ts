// Webhooks on the wire. The tables name every value, so that a new one in the proto or in the domain does not compile until it is mapped.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timeToPb } from '@hero-logic/platform';
import {
  type Webhook as PbWebhook,
  WebhookEvent as PbWebhookEvent,
  WebhookFormat as PbWebhookFormat,
  type WebhookDeliverySchema,
  WebhookDeliveryState,
  WebhookSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/webhook_pb';
import type { DeliveryState, WebhookDelivery } from '../domain/webhook/delivery.ts';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../domain/webhook/play-events.ts';
import type { Webhook, WebhookFormat } from '../domain/webhook/webhook.ts';

const EVENTS: Record<WebhookEvent, PbWebhookEvent> = {
  'play.created': PbWebhookEvent.PLAY_CREATED,
  'play.started': PbWebhookEvent.PLAY_STARTED,
  'play.success': PbWebhookEvent.PLAY_SUCCESS,
  'play.failed': PbWebhookEvent.PLAY_FAILED,
  'play.cancelled': PbWebhookEvent.PLAY_CANCELLED,
  'play.timed_out': PbWebhookEvent.PLAY_TIMED_OUT,
  'pause.asked': PbWebhookEvent.PAUSE_ASKED,
  'pause.answered': PbWebhookEvent.PAUSE_ANSWERED,
  'pause.expired': PbWebhookEvent.PAUSE_EXPIRED,
  'pause.claimed': PbWebhookEvent.PAUSE_CLAIMED,
  'pause.escalated': PbWebhookEvent.PAUSE_ESCALATED,
  'webhook.test': PbWebhookEvent.WEBHOOK_TEST,
};

export function eventsFromPb(events: readonly PbWebhookEvent[]): WebhookEvent[] {
  return WEBHOOK_EVENTS.filter((event) => events.includes(EVENTS[event]));
}

const FORMATS: Record<WebhookFormat, PbWebhookFormat> = {
  standard: PbWebhookFormat.STANDARD,
  slack: PbWebhookFormat.SLACK,
  jsonata: PbWebhookFormat.JSONATA,
};

const FORMATS_FROM_PB: Record<PbWebhookFormat, WebhookFormat | undefined> = {
  [PbWebhookFormat.UNSPECIFIED]: undefined,
  [PbWebhookFormat.STANDARD]: 'standard',
  [PbWebhookFormat.SLACK]: 'slack',
  [PbWebhookFormat.JSONATA]: 'jsonata',
};

/** undefined = it was left out. */
export function formatFromPb(format: PbWebhookFormat): WebhookFormat | undefined {
  return FORMATS_FROM_PB[format];
}

const STATES: Record<DeliveryState, WebhookDeliveryState> = {
  pending: WebhookDeliveryState.PENDING,
  delivered: WebhookDeliveryState.DELIVERED,
  dead: WebhookDeliveryState.DEAD,
};

const STATES_FROM_PB: Record<WebhookDeliveryState, DeliveryState | undefined> = {
  [WebhookDeliveryState.UNSPECIFIED]: undefined,
  [WebhookDeliveryState.PENDING]: 'pending',
  [WebhookDeliveryState.DELIVERED]: 'delivered',
  [WebhookDeliveryState.DEAD]: 'dead',
};

/** undefined = all. */
export function deliveryStateFromPb(state: WebhookDeliveryState): DeliveryState | undefined {
  return STATES_FROM_PB[state];
}

export interface WebhookCounts {
  readonly pending: number;
  readonly dead: number;
}

/** Without its secret. */
export function webhookToPb(webhook: Webhook, { pending, dead }: WebhookCounts): PbWebhook {
  const { lastSuccessAt, failingSince } = webhook;
  return create(WebhookSchema, {
    sid: webhook.sid,
    url: webhook.url,
    name: webhook.name,
    events: webhook.events.map((event) => EVENTS[event]),
    namespace: webhook.namespace ?? '',
    workflowSid: webhook.workflowSid,
    tags: webhook.tags,
    format: FORMATS[webhook.format],
    template: webhook.template,
    enabled: webhook.enabled,
    disabledReason: webhook.disabledReason,
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt: timeToPb(lastSuccessAt) }),
    ...(failingSince === undefined ? {} : { failingSince: timeToPb(failingSince) }),
    lastFailure: webhook.lastFailure,
    ...{ pending, dead },
    createdAt: timeToPb(webhook.createdAt),
    updatedAt: timeToPb(webhook.updatedAt),
  });
}

export function deliveryToPb(delivery: WebhookDelivery): MessageInitShape<typeof WebhookDeliverySchema> {
  const { state, dueAt, lastAttemptAt } = delivery;
  return {
    id: delivery.id,
    webhookSid: delivery.webhookSid,
    event: EVENTS[delivery.type],
    playSid: delivery.playSid,
    resumeId: delivery.resumeId,
    at: timeToPb(delivery.at),
    state: STATES[state],
    attempts: delivery.attempts,
    ...(state === 'pending' ? { nextAttemptAt: timeToPb(dueAt) } : {}),
    ...(lastAttemptAt === undefined ? {} : { lastAttemptAt: timeToPb(lastAttemptAt) }),
    lastStatus: delivery.lastStatus,
    lastFailure: delivery.lastFailure,
    lastDurationMs: BigInt(delivery.lastDurationMs),
  };
}

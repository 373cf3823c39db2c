import {
  type WebhookDelivery as WebhookDeliveryPb,
  WebhookDeliveryState,
  WebhookEvent,
  type WebhookFormat,
  type Webhook as WebhookPb,
} from '@hero-logic/proto/herologic/scheduler/v1/webhook_pb';
import { msFromPb } from './format.ts';
import type { Status } from './status.ts';
import type { LogLine } from './trigger-log.ts';

/** An address that is told what happens to plays and their questions. */
export interface Webhook {
  readonly sid: string;
  /** Its name, else its address. */
  readonly title: string;
  readonly url: string;
  /** Of whose plays it is told; empty = of all. */
  readonly namespace: string;
  /** "everything", or "play.failed, pause.asked". */
  readonly events: string;
  /** None = everything. */
  readonly kinds: readonly WebhookEvent[];
  readonly name: string;
  readonly format: WebhookFormat;
  readonly template: string;
  readonly enabled: boolean;
  readonly status: Status;
  readonly word: string;
  /** Why nothing arrives; empty = it does, or nothing was sent. */
  readonly trouble: string;
  readonly pending: number;
  readonly dead: number;
  readonly lastSuccessAt: number | undefined;
}

/** "play.timed_out" of PLAY_TIMED_OUT. */
export function eventWord(event: WebhookEvent): string {
  return (WebhookEvent[event] ?? 'UNKNOWN').toLowerCase().replace('_', '.');
}

/** What may be chosen. */
export const WEBHOOK_EVENTS: readonly WebhookEvent[] = Object.values(WebhookEvent)
  .filter((e) => typeof e === 'number')
  .filter((e) => e !== WebhookEvent.UNSPECIFIED && e !== WebhookEvent.WEBHOOK_TEST);

export function webhookFromPb(pb: WebhookPb): Webhook {
  const failing = pb.failingSince !== undefined;
  const [status, word]: [Status, string] = !pb.enabled
    ? ['cancelled', 'Off']
    : failing
      ? ['failed', 'Failing']
      : ['ok', pb.lastSuccessAt === undefined ? 'Nothing sent yet' : 'Arrives'];
  return {
    sid: pb.sid,
    title: pb.name || pb.url,
    url: pb.url,
    namespace: pb.namespace,
    events: pb.events.length === 0 ? 'everything' : pb.events.map(eventWord).join(', '),
    kinds: pb.events,
    name: pb.name,
    format: pb.format,
    template: pb.template,
    enabled: pb.enabled,
    status,
    word,
    trouble: [pb.disabledReason, pb.disabledReason.includes(pb.lastFailure) ? '' : pb.lastFailure]
      .filter((t) => t !== '')
      .join('; '),
    pending: pb.pending,
    dead: pb.dead,
    lastSuccessAt: msFromPb(pb.lastSuccessAt),
  };
}

export type Delivery = LogLine & { readonly canResend: boolean };

export function deliveryFromPb(pb: WebhookDeliveryPb): Delivery {
  const [status, word]: [Status, string] =
    pb.state === WebhookDeliveryState.DELIVERED
      ? ['ok', 'Arrived']
      : pb.state === WebhookDeliveryState.DEAD
        ? ['failed', 'Given up']
        : ['pending', 'Waits'];
  const said = pb.lastStatus === 0 ? '' : `HTTP ${pb.lastStatus}`;
  const tries = pb.attempts > 1 ? `${pb.attempts} attempts` : '';
  return {
    id: pb.id,
    at: msFromPb(pb.at),
    status,
    word,
    about: [eventWord(pb.event), said, tries, pb.lastFailure].filter((t) => t !== '').join(' · '),
    playSid: pb.playSid,
    canResend:
      (pb.state !== WebhookDeliveryState.PENDING || pb.lastFailure !== '') && pb.event !== WebhookEvent.WEBHOOK_TEST,
  };
}

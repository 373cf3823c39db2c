// Where webhooks and their deliveries are kept.
//
// A delivery is written with the change of the play that it is about: in the same transaction, or (where one record is all that can be made
// atomic) in the document of the play, from which it is put into its place right after, or by the next process that meets it. So a crash loses
// none and makes none up. A webhook counts for changes that come after the reply that made it; where several processes share a store, the
// others hear of it within 2 seconds.

import type { DeliveryState, WebhookDelivery } from './delivery.ts';
import type { Webhook } from './webhook.ts';

export interface DeliveryQuery {
  readonly webhookSid: string;
  /** Absent = all. */
  readonly state?: DeliveryState | undefined;
  /** Only older ones. */
  readonly before?: { readonly at: number; readonly id: string } | undefined;
  readonly limit: number;
}

export interface WebhookStore {
  /** Adds a webhook, or gives the one that was added with the same request id. TOO_LARGE: its namespace has 100. */
  add(webhook: Webhook): Promise<Webhook>;
  /** The one that was added with this request id. */
  findByRequest(requestId: string): Promise<Webhook | undefined>;
  find(sid: string): Promise<Webhook | undefined>;
  /** Newest first. */
  list(): Promise<Webhook[]>;
  /** One decision about a webhook, made once or more often; the webhook as it then is. WEBHOOK_NOT_FOUND. */
  change(sid: string, decide: (webhook: Webhook) => Webhook): Promise<Webhook>;
  /** With its deliveries; whether it was there. */
  remove(sid: string): Promise<boolean>;

  findDelivery(webhookSid: string, id: string): Promise<WebhookDelivery | undefined>;
  /** Newest first. */
  listDeliveries(query: DeliveryQuery): Promise<WebhookDelivery[]>;
  countDeliveries(webhookSid: string, state: DeliveryState, atMost: number): Promise<number>;
  /** Claims deliveries that are due, the longest due first. Of many at once each gets others. */
  claimDue(webhookSid: string, now: number, atMost: number): Promise<WebhookDelivery[]>;
  /** Writes the next state of a delivery; false: it has changed since it was read. */
  save(read: WebhookDelivery, next: WebhookDelivery): Promise<boolean>;
  /** When the next delivery of the webhook is due; undefined = none waits. */
  nextDue(webhookSid: string): Promise<number | undefined>;
  /** Forgets deliveries of this state that are older. */
  forget(state: DeliveryState, before: number, atMost: number): Promise<number>;
}

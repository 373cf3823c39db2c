// webhook list, show, enable, disable, test, deliveries, resend and remove.

import {
  type Webhook,
  type WebhookDelivery,
  WebhookDeliverySchema,
  WebhookDeliveryState,
  WebhookFormat,
  WebhookSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/webhook_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { tableLines } from '../text/table.ts';
import { clean } from '../text/width.ts';
import { isoTime } from './trigger-show.ts';
import { eventWord } from './webhook-add.ts';

const SHOWN = 50;

export async function webhookList({ io, clients, json }: Context): Promise<ExitCode> {
  const webhooks: Webhook[] = [];
  let pageToken = '';
  do {
    const page = await clients.webhooks.listWebhooks({ pageToken });
    webhooks.push(...page.webhooks);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  if (json) {
    io.out(`${JSON.stringify({ webhooks: webhooks.map((w) => toJson(WebhookSchema, w)) })}\n`);
    return EXIT.ok;
  }
  const rows = webhooks.map((w) => [w.sid, clean(w.url), eventsText(w), stateText(w), String(w.dead), clean(w.name)]);
  const head = ['WEBHOOK', 'URL', 'ON', 'STATE', 'DEAD', 'NAME'];
  if (rows.length > 0) io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  else io.err('There are no webhooks. Add one: hero-logic webhook add https://example.com/hook --on play.failed\n');
  return EXIT.ok;
}

export async function webhookShow(context: Context, webhookSid: string): Promise<ExitCode> {
  return tell(context, await context.clients.webhooks.getWebhook({ webhookSid }));
}

export async function webhookEnable(context: Context, webhookSid: string): Promise<ExitCode> {
  return tell(context, await context.clients.webhooks.updateWebhook({ webhookSid, enabled: true }));
}

export interface WebhookDisableArgs {
  readonly webhookSid: string;
  readonly reason?: string;
}

export async function webhookDisable(context: Context, args: WebhookDisableArgs): Promise<ExitCode> {
  const { webhookSid, reason: disabledReason = '' } = args;
  return tell(context, await context.clients.webhooks.updateWebhook({ webhookSid, enabled: false, disabledReason }));
}

/** Exit code 1 when it did not arrive. */
export async function webhookTest({ io, clients, json }: Context, webhookSid: string): Promise<ExitCode> {
  const delivery = await clients.webhooks.testWebhook({ webhookSid });
  if (json) io.out(`${JSON.stringify(toJson(WebhookDeliverySchema, delivery))}\n`);
  else io.out(`${outcomeText(delivery)} (${delivery.lastDurationMs} ms)\n`);
  return delivery.state === WebhookDeliveryState.DELIVERED ? EXIT.ok : EXIT.failed;
}

export interface WebhookDeliveriesArgs {
  readonly webhookSid: string;
  readonly dead?: boolean;
}

export async function webhookDeliveries(
  { io, clients, json }: Context,
  args: WebhookDeliveriesArgs,
): Promise<ExitCode> {
  const { webhookSid, dead = false } = args;
  const state = dead ? WebhookDeliveryState.DEAD : WebhookDeliveryState.UNSPECIFIED;
  const { deliveries } = await clients.webhooks.listWebhookDeliveries({ webhookSid, state, pageSize: SHOWN });
  if (json) {
    io.out(`${JSON.stringify({ deliveries: deliveries.map((d) => toJson(WebhookDeliverySchema, d)) })}\n`);
    return EXIT.ok;
  }
  const rows = deliveries.map((d) => [
    isoTime(d.at),
    eventWord(d.event),
    d.playSid,
    String(d.attempts),
    outcomeText(d),
    d.id,
  ]);
  const head = ['AT', 'EVENT', 'PLAY', 'ATTEMPTS', 'OUTCOME', 'ID'];
  if (rows.length > 0) io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  else io.err(dead ? 'Nothing was given up.\n' : 'There was nothing to deliver yet.\n');
  return EXIT.ok;
}

export interface WebhookResendArgs {
  readonly webhookSid: string;
  /** Absent = all that were given up. */
  readonly deliveryId?: string;
}

export async function webhookResend({ io, clients, json }: Context, args: WebhookResendArgs): Promise<ExitCode> {
  const { webhookSid, deliveryId = '' } = args;
  const { queued } = await clients.webhooks.resendWebhook({ webhookSid, deliveryId });
  const none = deliveryId === '' ? 'Nothing was given up.' : 'It is under way already.';
  if (json) io.out(`${JSON.stringify({ queued })}\n`);
  else io.out(queued === 0 ? `${none}\n` : `${queued} to be sent again\n`);
  return EXIT.ok;
}

export async function webhookRemove({ io, clients, json }: Context, webhookSid: string): Promise<ExitCode> {
  await clients.webhooks.deleteWebhook({ webhookSid });
  io.out(json ? '{"ok":true}\n' : 'removed, with what waited for it\n');
  return EXIT.ok;
}

function tell({ io, json }: Context, webhook: Webhook): ExitCode {
  io.out(json ? `${JSON.stringify(toJson(WebhookSchema, webhook))}\n` : `${webhookLines(webhook).join('\n')}\n`);
  return EXIT.ok;
}

function webhookLines(webhook: Webhook): string[] {
  const lines = [`webhook   ${webhook.sid}`, `url       ${clean(webhook.url)}`, `on        ${eventsText(webhook)}`];
  const add = (label: string, value: string) => {
    if (value !== '') lines.push(`${label.padEnd(9)} ${value}`);
  };
  add('name', clean(webhook.name));
  add('in', webhook.namespace);
  add('flow', webhook.workflowSid);
  add(
    'tags',
    clean(
      Object.entries(webhook.tags)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    ),
  );
  add('format', WebhookFormat[webhook.format]?.toLowerCase() ?? '');
  add('template', clean(webhook.template));
  add('state', stateText(webhook));
  add('success', isoTime(webhook.lastSuccessAt));
  add(
    'failing',
    webhook.failingSince === undefined ? '' : `since ${isoTime(webhook.failingSince)}: ${clean(webhook.lastFailure)}`,
  );
  add('waiting', `${webhook.pending} to be sent, ${webhook.dead} given up`);
  return lines;
}

function eventsText({ events }: Webhook): string {
  return events.length === 0 ? 'everything' : events.map(eventWord).join(' ');
}

function stateText({ enabled, disabledReason, failingSince }: Webhook): string {
  if (!enabled) return `disabled: ${clean(disabledReason)}`;
  return failingSince === undefined ? 'enabled' : 'failing';
}

function outcomeText({ state, lastFailure, lastStatus, nextAttemptAt }: WebhookDelivery): string {
  if (state === WebhookDeliveryState.DELIVERED) return `delivered (${lastStatus})`;
  const failure = lastFailure === '' ? '' : `: ${clean(lastFailure)}`;
  if (state === WebhookDeliveryState.DEAD) return `failed${failure}`;
  return `next ${isoTime(nextAttemptAt)}${failure}`;
}

// webhook add URL: tells an address what happens to plays; prints its sid and its secret, which is shown this once.

import {
  type Webhook,
  WebhookEvent,
  WebhookFormat,
  WebhookSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/webhook_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { readSpan } from '../input/read-time.ts';
import { createReadValue } from '../input/read-value.ts';

export interface WebhookAddArgs {
  readonly url: string;
  readonly on?: readonly string[];
  readonly flow?: string;
  /** key=value */
  readonly tag?: readonly string[];
  readonly name?: string;
  readonly slack?: boolean;
  readonly template?: string;
  readonly disabled?: boolean;
}

export async function webhookAdd(context: Context, args: WebhookAddArgs): Promise<ExitCode> {
  const { clients, io } = context;
  if (args.slack === true && args.template !== undefined) throw new UsageError('take --slack or --template, not both');
  const template = args.template === undefined ? '' : await createReadValue(io)(args.template, '--template');
  const webhook = await clients.webhooks.createWebhook({
    url: args.url,
    events: (args.on ?? []).map(eventFromWord),
    workflowSid: args.flow === undefined ? '' : (await resolveFlow(clients, args.flow)).sid,
    tags: Object.fromEntries((args.tag ?? []).map(tagFromPair)),
    name: args.name ?? '',
    format: args.slack === true ? WebhookFormat.SLACK : WebhookFormat.UNSPECIFIED,
    template,
    enabled: args.disabled !== true,
  });
  return tellSecret(context, webhook);
}

export interface WebhookRotateArgs {
  readonly webhookSid: string;
  readonly grace?: string;
}

export async function webhookRotate(context: Context, { webhookSid, grace }: WebhookRotateArgs): Promise<ExitCode> {
  const span = grace === undefined ? {} : { grace: readSpan(grace, '--grace') };
  return tellSecret(context, await context.clients.webhooks.rotateWebhookSecret({ webhookSid, ...span }));
}

function tellSecret({ io, json }: Context, webhook: Webhook): ExitCode {
  if (json) io.out(`${JSON.stringify(toJson(WebhookSchema, webhook))}\n`);
  else {
    io.out(`${webhook.sid}\n${webhook.secret}\n`);
    io.err('The second line is the secret that deliveries are signed with; it is not shown again.\n');
  }
  return EXIT.ok;
}

/** "play.failed" */
export function eventWord(event: WebhookEvent): string {
  return (WebhookEvent[event] ?? '').toLowerCase().replace('_', '.');
}

const EVENTS = Object.values(WebhookEvent).filter(
  (event): event is WebhookEvent => typeof event === 'number' && event !== WebhookEvent.UNSPECIFIED,
);

function eventFromWord(word: string): WebhookEvent {
  const found = EVENTS.find((event) => eventWord(event) === word);
  if (found !== undefined) return found;
  throw new UsageError(`--on ${word}: there is no such event; there are ${EVENTS.map(eventWord).join(', ')}`);
}

function tagFromPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at <= 0) throw new UsageError(`--tag ${pair}: write it as name=value`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

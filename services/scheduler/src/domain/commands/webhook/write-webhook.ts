// Creates, changes and deletes webhooks.

import { invalid, type Violation } from '@hero-logic/platform';
import { webhookNotFound } from '../../errors.ts';
import { newHookSecret, rotate } from '../../hook/signature.ts';
import { placedRequestId } from '../../request-id.ts';
import type { WebhookEvent } from '../../webhook/play-events.ts';
import { disable, enable, type Webhook, type WebhookFormat } from '../../webhook/webhook.ts';
import { WEBHOOK_TOPIC, type WebhookDeps } from './deps.ts';

export interface CreateWebhook {
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  readonly name: string;
  /** In which its creator acts; absent = in all. */
  readonly namespace: string | undefined;
  readonly workflowSid: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Absent = jsonata with a template, else standard. */
  readonly format: WebhookFormat | undefined;
  readonly template: string;
  readonly enabled: boolean;
  readonly requestId: string;
}

/** The same request id again gives the webhook that it made, whatever has become of its workflow. WORKFLOW_NOT_FOUND, INVALID_ARGUMENT. */
export async function createWebhook(deps: WebhookDeps, asked: CreateWebhook): Promise<Webhook> {
  const requestId = placedRequestId(asked.namespace, asked.requestId);
  const known = await deps.webhooks.findByRequest(requestId);
  if (known !== undefined) return known;
  const { enabled, workflowSid } = asked;
  const format = asked.format ?? (asked.template === '' ? 'standard' : 'jsonata');
  check(deps, { ...asked, format });
  if (workflowSid !== '') await deps.catalog.resolve({ workflowSid, workflowName: '', versionSid: '' });
  const now = deps.clock.now();
  return deps.webhooks.add({
    ...{ ...asked, format, requestId },
    sid: deps.newSid(),
    disabledReason: enabled ? '' : DISABLED_BY_HAND,
    secrets: [{ text: newHookSecret() }],
    lastFailure: '',
    ...{ createdAt: now, updatedAt: now },
  });
}

const DISABLED_BY_HAND = 'disabled by hand';

export interface UpdateWebhook {
  readonly webhookSid: string;
  readonly url?: string | undefined;
  readonly events?: readonly WebhookEvent[] | undefined;
  readonly name?: string | undefined;
  readonly format?: WebhookFormat | undefined;
  readonly template?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly disabledReason: string;
}

/** WEBHOOK_NOT_FOUND, INVALID_ARGUMENT. */
export async function updateWebhook(deps: WebhookDeps, asked: UpdateWebhook): Promise<Webhook> {
  const { webhookSid, enabled, disabledReason, ...more } = asked;
  if (disabledReason !== '' && enabled !== false) {
    throw invalid([{ field: 'disabled_reason', description: 'is only for enabled false' }]);
  }
  const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  const now = deps.clock.now();
  const changed = await deps.webhooks.change(webhookSid, (found) => {
    const next: Webhook = { ...found, ...given, updatedAt: now };
    check(deps, next);
    if (enabled === undefined) return next;
    return enabled ? enable(next) : disable(next, disabledReason === '' ? DISABLED_BY_HAND : disabledReason);
  });
  deps.signals.publish(WEBHOOK_TOPIC);
  return changed;
}

/** WEBHOOK_NOT_FOUND. */
export async function deleteWebhook(deps: WebhookDeps, sid: string): Promise<void> {
  if (!(await deps.webhooks.remove(sid))) throw webhookNotFound(sid);
}

/** WEBHOOK_NOT_FOUND. */
export async function rotateWebhookSecret(deps: WebhookDeps, sid: string, graceMs: number): Promise<Webhook> {
  const fresh = newHookSecret();
  const now = deps.clock.now();
  return deps.webhooks.change(sid, (found) => ({ ...found, secrets: rotate(found.secrets, fresh, now, graceMs) }));
}

/** WEBHOOK_NOT_FOUND. */
export async function requireWebhook(deps: Pick<WebhookDeps, 'webhooks'>, sid: string): Promise<Webhook> {
  const found = await deps.webhooks.find(sid);
  if (found === undefined) throw webhookNotFound(sid);
  return found;
}

function check(deps: WebhookDeps, { url, format, template }: Pick<Webhook, 'url' | 'format' | 'template'>): void {
  const violations: Violation[] = [];
  const wrong = (field: string, description: string | undefined) => {
    if (description !== undefined) violations.push({ field, description });
  };
  wrong('url', urlProblem(deps, url));
  if (format === 'jsonata' && template === '') wrong('template', 'is required with the format jsonata');
  if (format !== 'jsonata' && template !== '') wrong('template', `is only for the format jsonata, not ${format}`);
  if (template !== '') wrong('template', deps.transforms.problem(template));
  if (violations.length > 0) throw invalid(violations);
}

function urlProblem(deps: WebhookDeps, text: string): string | undefined {
  if (!URL.canParse(text)) return 'is no URL; write it as https://example.com/hook';
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https:// or http://';
  if (username !== '' || password !== '')
    return 'must not hold a name or a password; deliveries prove themselves by their signature';
  return deps.addressProblem(hostname);
}

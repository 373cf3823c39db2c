// One attempt to deliver: signed with every live secret, at the time of the attempt. What is no 2xx has not arrived.

import { toHeroError } from '@hero-logic/platform';
import { signHook } from '../../hook/signature.ts';
import { bodyFor } from '../../webhook/body.ts';
import type { Attempt, WebhookDelivery } from '../../webhook/delivery.ts';
import type { Webhook } from '../../webhook/webhook.ts';
import type { WebhookDeps } from './deps.ts';

const MOST_FAILURE_CHARS = 500;

export async function attempt(
  deps: WebhookDeps,
  webhook: Webhook,
  delivery: Pick<WebhookDelivery, 'id' | 'body'>,
  abort: AbortSignal,
): Promise<Attempt> {
  const began = performance.now();
  const durationMs = () => Math.round(performance.now() - began);
  try {
    const body = await bodyFor(webhook, delivery.body, deps);
    const { status, retryAfterMs } = await deps.sender.post(
      { url: webhook.url, headers: headersOf(deps, webhook, delivery.id, body), body },
      abort,
    );
    return { status, failure: failureOf(status), durationMs: durationMs(), retryAfterMs };
  } catch (error) {
    return { status: 0, failure: wordsOf(error), durationMs: durationMs() };
  }
}

/** Empty = it arrived. */
function failureOf(status: number): string {
  if (status >= 200 && status < 300) return '';
  const isRedirect = status >= 300 && status < 400;
  return `it answered ${status}${isRedirect ? '; redirects are not followed, give the address that it leads to' : ''}`;
}

function headersOf(deps: WebhookDeps, webhook: Webhook, id: string, body: string): Record<string, string> {
  const now = deps.clock.now();
  const timestamp = String(Math.floor(now / 1000));
  const signed = { id, timestamp, body: Buffer.from(body) };
  return {
    'content-type': 'application/json',
    'user-agent': 'hero-logic',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': deps.secretBox
      .open(webhook, now)
      .map(({ text }) => signHook(text, signed))
      .join(' '),
  };
}

function wordsOf(error: unknown): string {
  const known = toHeroError(error);
  const text = known.reason === 'INTERNAL' && error instanceof Error ? messageOf(error) : known.message;
  return text.slice(0, MOST_FAILURE_CHARS);
}

/** Several addresses were tried: what became of each. */
function messageOf(error: Error): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one))).join('; ');
  }
  return error.message || error.name;
}

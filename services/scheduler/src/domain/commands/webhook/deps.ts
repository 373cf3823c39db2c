// What the commands of webhooks stand on.

import type { BodyDeps } from '../../webhook/body.ts';
import type { WebhookStore } from '../../webhook/webhook-store.ts';
import type { CommandDeps } from '../deps.ts';

/** Posts a body; rejects when there is no reply, saying why in words. */
export interface Sender {
  post(
    post: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
    abort: AbortSignal,
  ): Promise<{ readonly status: number; readonly retryAfterMs?: number | undefined }>;
}

export interface WebhookDeps extends BodyDeps, Pick<CommandDeps, 'catalog' | 'clock' | 'log' | 'newSid' | 'signals'> {
  readonly webhooks: WebhookStore;
  readonly sender: Sender;
  /** Why an address may not be reached; undefined = it may, as far as its text says. */
  readonly addressProblem: (host: string) => string | undefined;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** A delivery waits to be sent, or a place to send one is free. */
export const WEBHOOK_TOPIC = 'webhooks.due';

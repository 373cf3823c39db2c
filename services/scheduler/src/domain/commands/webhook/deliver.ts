// Sends what is due: of each webhook a few at a time, so that a slow receiver keeps nobody waiting but itself.

import { isHeroError } from '@hero-logic/platform';
import { putBack, settled, type WebhookDelivery } from '../../webhook/delivery.ts';
import { afterAttempt, disable, type Webhook } from '../../webhook/webhook.ts';
import { attempt } from './attempt.ts';
import { WEBHOOK_TOPIC, type WebhookDeps } from './deps.ts';

const AT_ONCE_EACH = 8;

export interface Deliveries {
  /** When the next delivery is due that there is a free place for; undefined = none. */
  nextDue(): Promise<number | undefined>;
  /** Begins to send what is due. */
  turn(): Promise<void>;
  /** Breaks off what is under way; it is sent again later. */
  close(): Promise<void>;
}

export function createDeliveries(deps: WebhookDeps): Deliveries {
  const closing = new AbortController();
  const underWay = new Map<string, Set<Promise<void>>>();
  const busy = (sid: string) => underWay.get(sid)?.size ?? 0;

  async function free(): Promise<Webhook[]> {
    const all = await deps.webhooks.list();
    return all.filter(({ enabled, sid }) => enabled && busy(sid) < AT_ONCE_EACH);
  }

  function begin(webhook: Webhook, delivery: WebhookDelivery): void {
    const { sid } = webhook;
    const mine = underWay.get(sid) ?? new Set();
    underWay.set(sid, mine);
    const sending: Promise<void> = deliver(deps, webhook, delivery, closing.signal)
      .catch((error: unknown) => {
        deps.log.error({ err: error, webhook_sid: sid, delivery_id: delivery.id }, 'a delivery could not be settled');
      })
      .finally(() => {
        mine.delete(sending);
        if (!closing.signal.aborted) deps.signals.publish(WEBHOOK_TOPIC);
      });
    mine.add(sending);
  }

  return {
    async nextDue() {
      const dues = await Promise.all((await free()).map(({ sid }) => deps.webhooks.nextDue(sid)));
      const known = dues.filter((due) => due !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    },
    async turn() {
      const now = deps.clock.now();
      for (const webhook of await free()) {
        const claimed = await deps.webhooks.claimDue(webhook.sid, now, AT_ONCE_EACH - busy(webhook.sid));
        for (const delivery of claimed) begin(webhook, delivery);
      }
    },
    async close() {
      closing.abort();
      await Promise.all([...underWay.values()].flatMap((mine) => [...mine]));
    },
  };
}

async function deliver(
  deps: WebhookDeps,
  webhook: Webhook,
  delivery: WebhookDelivery,
  abort: AbortSignal,
): Promise<void> {
  const tried = await attempt(deps, webhook, delivery, abort);
  const now = deps.clock.now();
  if (abort.aborted && tried.failure !== '') {
    await deps.webhooks.save(delivery, putBack(delivery, now));
    return;
  }
  const next = settled(delivery, tried, now, deps.random());
  if (!(await deps.webhooks.save(delivery, next))) return;
  const { sid } = webhook;
  if (next.state === 'dead') {
    deps.log.warn({ webhook_sid: sid, delivery_id: next.id, failure: next.lastFailure }, 'a delivery was given up');
  }
  await noteHealth(deps, webhook, next, now);
}

async function noteHealth(deps: WebhookDeps, before: Webhook, delivery: WebhookDelivery, now: number): Promise<void> {
  try {
    const after = await deps.webhooks.change(before.sid, (found) => afterAttempt(found, delivery, now));
    if (before.enabled && !after.enabled) {
      deps.log.warn({ webhook_sid: after.sid, reason: after.disabledReason }, 'a webhook was disabled');
    }
  } catch (error) {
    // It was deleted meanwhile.
    if (!isHeroError(error, 'WEBHOOK_NOT_FOUND')) throw error;
  }
}

const KEPT_MS = { delivered: 7 * 86_400_000, dead: 30 * 86_400_000, pending: 30 * 86_400_000 } as const;
const FORGET_AT_ONCE = 1000;

/** More than this is not kept for a receiver that takes nothing. */
const MOST_WAITING = 100_000;

/** Disables the webhooks that take nothing and for which too much waits. */
export async function boundWaiting(deps: Pick<WebhookDeps, 'webhooks'>): Promise<void> {
  for (const { sid, enabled, failingSince } of await deps.webhooks.list()) {
    if (!enabled || failingSince === undefined) continue;
    if ((await deps.webhooks.countDeliveries(sid, 'pending', MOST_WAITING)) < MOST_WAITING) continue;
    await deps.webhooks.change(sid, (found) => disable(found, `it takes nothing, and ${MOST_WAITING} deliveries wait`));
  }
}

/** Forgets deliveries that are old. */
export async function forgetOld(deps: Pick<WebhookDeps, 'webhooks' | 'clock'>): Promise<void> {
  for (const [state, keptMs] of Object.entries(KEPT_MS)) {
    const before = deps.clock.now() - keptMs;
    while ((await deps.webhooks.forget(state as keyof typeof KEPT_MS, before, FORGET_AT_ONCE)) === FORGET_AT_ONCE);
  }
}

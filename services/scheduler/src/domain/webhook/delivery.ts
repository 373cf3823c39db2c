// One event on its way to one webhook:  pending -> delivered | dead,  and from there to pending again when somebody sends it again. An attempt
// claims the delivery for longer than it can take; a process that dies meanwhile leaves it to be claimed again when that time is over, so
// the receiver may get it twice, with the same id.

import type { WebhookEvent } from './play-events.ts';

export type DeliveryState = 'pending' | 'delivered' | 'dead';

export interface WebhookDelivery {
  /** The same for every attempt, and for every webhook that hears of the event. */
  readonly id: string;
  readonly webhookSid: string;
  readonly type: WebhookEvent;
  readonly playSid: string;
  readonly resumeId: string;
  readonly at: number;
  /** The standard body, as JSON text. */
  readonly body: string;
  /** Grows with every change: who claimed it settles it only as it was claimed. */
  readonly rev: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** When it is tried next; while an attempt is under way, when that is given up. */
  readonly dueAt: number;
  readonly firstAttemptAt?: number | undefined;
  readonly lastAttemptAt?: number | undefined;
  /** 0 = no reply. */
  readonly lastStatus: number;
  readonly lastFailure: string;
  readonly lastDurationMs: number;
}

/** How an attempt went. */
export interface Attempt {
  /** 0 = no reply. */
  readonly status: number;
  /** Empty = it arrived. */
  readonly failure: string;
  readonly durationMs: number;
  /** What the receiver asked for. */
  readonly retryAfterMs?: number | undefined;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Before each attempt, as Standard Webhooks proposes it: ten within 75 hours and 35 minutes. */
const WAITS: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
const JITTER = 0.1;
const LONGEST_WAIT = 24 * HOUR;

/** For so long an attempt holds its delivery. */
export const CLAIM_MS = MINUTE;

export function claimed(delivery: WebhookDelivery, now: number): WebhookDelivery {
  const { rev, attempts, firstAttemptAt = now } = delivery;
  const begun = { attempts: attempts + 1, firstAttemptAt, lastAttemptAt: now };
  return { ...delivery, ...begun, rev: rev + 1, dueAt: now + CLAIM_MS };
}

/** `random` is from 0 up to 1: it puts the next attempt off by up to a tenth, so that not all that failed together come together. */
export function settled(delivery: WebhookDelivery, attempt: Attempt, now: number, random: number): WebhookDelivery {
  const { status, failure, durationMs } = attempt;
  const tried = {
    ...{ ...delivery, rev: delivery.rev + 1 },
    ...{ lastStatus: status, lastFailure: failure, lastDurationMs: durationMs },
  };
  if (failure === '') return { ...tried, state: 'delivered' };
  const wait = WAITS[delivery.attempts];
  if (wait === undefined) return { ...tried, state: 'dead' };
  const asked = Math.min(attempt.retryAfterMs ?? 0, LONGEST_WAIT);
  return { ...tried, dueAt: now + Math.max(asked, Math.round(wait * (1 + JITTER * random))) };
}

/** An attempt that was broken off from this side does not count. */
export function putBack(delivery: WebhookDelivery, now: number): WebhookDelivery {
  return { ...delivery, rev: delivery.rev + 1, attempts: delivery.attempts - 1, dueAt: now };
}

/** Its next attempt now; undefined = it is under way or due anyway. */
export function hastened(delivery: WebhookDelivery, now: number): WebhookDelivery | undefined {
  const isUnderWay = delivery.dueAt === (delivery.lastAttemptAt ?? 0) + CLAIM_MS;
  return isUnderWay || delivery.dueAt <= now ? undefined : { ...delivery, rev: delivery.rev + 1, dueAt: now };
}

/** All attempts anew. */
export function requeued(delivery: WebhookDelivery, now: number): WebhookDelivery {
  const fresh = { state: 'pending' as const, attempts: 0, dueAt: now, firstAttemptAt: undefined };
  return { ...delivery, ...fresh, rev: delivery.rev + 1 };
}

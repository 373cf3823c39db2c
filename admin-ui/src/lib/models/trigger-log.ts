// What a trigger did, as its page shows it: firings, and deliveries to a webhook.

import {
  DeliveryResult,
  FireSource,
  FireState,
  type HookDelivery,
  type TriggerFire,
} from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { grouped, msFromPb } from './format.ts';
import { playStatusFromPb, STATUS_WORD, type Status } from './status.ts';

/** One line of either list. */
export interface LogLine {
  readonly id: string;
  readonly at: number | undefined;
  readonly status: Status;
  readonly word: string;
  /** Where it came from, or what was wrong. */
  readonly about: string;
  readonly playSid: string;
}

const SOURCE: Partial<Record<FireSource, string>> = {
  [FireSource.SCHEDULE]: 'its time came',
  [FireSource.MANUAL]: 'fired by hand',
  [FireSource.BACKFILL]: 'filled in',
  [FireSource.WEBHOOK]: 'delivered',
};

export function lineOfFire(fire: TriggerFire): LogLine {
  const [status, word] = standOf(fire);
  const about = [SOURCE[fire.source] ?? '', fire.reason].filter((t) => t !== '').join('; ');
  return { id: fire.id, at: msFromPb(fire.dueAt), status, word, about, playSid: fire.playSid };
}

function standOf({ state, outcome }: TriggerFire): [Status, string] {
  if (state === FireState.WAITING) return ['pending', 'Waits'];
  if (state === FireState.STARTING) return ['pending', 'Is started'];
  if (state === FireState.STARTED) return ['running', 'Started'];
  if (state === FireState.SKIPPED) return ['cancelled', 'Left out'];
  if (state === FireState.REFUSED) return ['failed', 'Refused'];
  const status = playStatusFromPb(outcome);
  return [status, STATUS_WORD[status]];
}

export function lineOfDelivery(delivery: HookDelivery): LogLine {
  const { seq, result, reason, message, playSid, webhookId, bodyBytes } = delivery;
  const refused = result === DeliveryResult.REFUSED;
  return {
    id: String(seq),
    at: msFromPb(delivery.at),
    status: refused ? 'failed' : result === DeliveryResult.ACCEPTED ? 'ok' : 'replayed',
    word: refused ? reason : result === DeliveryResult.ACCEPTED ? 'Taken' : 'Taken before',
    about: [message, webhookId, `${grouped(bodyBytes)} bytes`].filter((t) => t !== '').join(', '),
    playSid,
  };
}

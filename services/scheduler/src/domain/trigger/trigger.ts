// A trigger and its firings, as pure functions from one state to the next.
//
// A firing goes  waiting -> starting -> started -> ended,  or is skipped (by the overlap policy, or a pause) or refused (its play cannot
// be started). That a due time was taken and that its firing is to start are written together with the next due time, before its play
// is started; the play's idempotency key is made of trigger and firing. So however often a start is repeated, by whichever process and
// after whichever crash, a due time has one play.

import type { HookSecret } from '../hook/signature.ts';
import type { TerminalStatus } from '../play.ts';
import { jitterOf, nextAfter, type Spec, type TriggerKind } from './schedule.ts';

export type OverlapPolicy = 'skip' | 'buffer_one' | 'buffer_all' | 'cancel_other' | 'allow_all';

export interface Trigger {
  readonly sid: string;
  readonly workflowSid: string;
  readonly workflowName: string;
  /** That of its workflow; absent = the first one. */
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly kind: TriggerKind;
  /** JSON text, as it was given. */
  readonly spec: string;
  /** Of a webhook: its slug, from its spec. */
  readonly slug?: string | undefined;
  readonly overlap: OverlapPolicy;
  /** Absent = a due time never gets too old. */
  readonly catchUpMs?: number | undefined;
  readonly jitterMs: number;
  readonly pauseAfterFailures: number;
  readonly failuresInRow: number;
  /** Empty = the one that is current when a play starts. */
  readonly versionSid: string;
  readonly enabled: boolean;
  readonly pauseReason: string;
  /** The first due time that was not taken yet; only while enabled. */
  readonly dueAt?: number | undefined;
  readonly lastFiredAt?: number | undefined;
  readonly lastPlaySid: string;
  readonly started: number;
  readonly skipped: number;
  readonly missed: number;
  readonly requestId: string;
  /** Of a webhook: what its deliveries may be signed with. Never leaves the service but in the reply that makes one. */
  readonly secrets?: readonly HookSecret[] | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type FireSource = 'schedule' | 'manual' | 'backfill' | 'webhook';
export type FireState = 'waiting' | 'starting' | 'started' | 'ended' | 'skipped' | 'refused';

export interface Fire {
  readonly triggerSid: string;
  /** Unique within the trigger. */
  readonly id: string;
  readonly dueAt: number;
  readonly source: FireSource;
  /** The person who fired it; absent = nobody did, or it is not known. */
  readonly by?: string | undefined;
  readonly overlap: OverlapPolicy;
  readonly state: FireState;
  readonly playSid: string;
  readonly reason: string;
  readonly attempts: number;
  /** When its start is tried next; only while starting. */
  readonly retryAt?: number | undefined;
  readonly outcome?: TerminalStatus | undefined;
}

export interface FireFacts {
  /** In the order of their due times. */
  readonly waiting: readonly Fire[];
  /** Starting or started, at least the first ones. */
  readonly live: readonly Fire[];
}

/** What a decision changes. */
export interface Decided {
  readonly trigger: Trigger;
  readonly fires: readonly Fire[];
  /** Plays to be cancelled, so that the next can start. */
  readonly cancel: readonly string[];
}

export const MAX_WAITING = 1000;
const MOST_AT_ONCE = 200;
const MOST_COUNTED = 100;

/** When it fires next: the due time and its part of the jitter. */
export function nextFireAt(trigger: Trigger): number | undefined {
  const { dueAt, enabled } = trigger;
  return enabled && dueAt !== undefined ? dueAt + jitterOf(trigger, dueAt) : undefined;
}

export function isSettledFire({ state }: Fire): boolean {
  return state === 'ended' || state === 'skipped' || state === 'refused';
}

export function newFire(
  trigger: Trigger,
  made: Pick<Fire, 'id' | 'dueAt' | 'source' | 'by'> & { readonly overlap?: OverlapPolicy },
): Fire {
  const { sid: triggerSid, overlap } = trigger;
  return { triggerSid, overlap, state: 'waiting', playSid: '', reason: '', attempts: 0, ...made };
}

/** Takes what is due: each due time becomes a firing, those that are too old are counted as missed. */
export function takeDue(
  trigger: Trigger,
  spec: Spec,
  now: number,
): { readonly trigger: Trigger; readonly due: Fire[] } {
  const due: Fire[] = [];
  const oldest = now - (trigger.catchUpMs ?? Number.POSITIVE_INFINITY);
  let { dueAt, missed } = trigger;
  const isDue = () => trigger.enabled && dueAt !== undefined && dueAt + jitterOf(trigger, dueAt) <= now;
  for (let counted = 0; isDue() && due.length < MOST_AT_ONCE; ) {
    const at = dueAt as number;
    if (at + jitterOf(trigger, at) >= oldest)
      due.push(newFire(trigger, { id: String(at), dueAt: at, source: 'schedule' }));
    else if (counted++ < MOST_COUNTED) missed += 1;
    // After a long outage the times in between are not looked at one by one.
    else dueAt = oldest - trigger.jitterMs - 1;
    dueAt = nextAfter(spec, dueAt as number);
  }
  const next = { ...trigger, dueAt, missed };
  return { trigger: dueAt === undefined && trigger.enabled ? finished(next, due.length > 0) : next, due };
}

function finished(trigger: Trigger, fired: boolean): Trigger {
  const once = fired ? 'it has fired' : 'its time was over before it could fire';
  return {
    ...trigger,
    enabled: false,
    pauseReason: trigger.kind === 'once' ? once : 'its schedule has no further times',
  };
}

/** Pauses it; what waits is left out. */
export function pause(trigger: Trigger, reason: string, waiting: readonly Fire[]): Decided {
  const fires = waiting.map((fire) => skip(fire, 'the trigger was paused'));
  const paused = { ...trigger, enabled: false, pauseReason: reason, dueAt: undefined };
  return { trigger: { ...paused, skipped: trigger.skipped + fires.length }, fires, cancel: [] };
}

export function skip(fire: Fire, reason: string): Fire {
  return { ...fire, state: 'skipped', reason };
}

/** Its play is there. */
export function startedFire(trigger: Trigger, fire: Fire, playSid: string, now: number): Decided {
  const next = { ...trigger, started: trigger.started + 1, lastPlaySid: playSid, lastFiredAt: now };
  return { trigger: next, fires: [{ ...fire, state: 'started', playSid, reason: '', retryAt: undefined }], cancel: [] };
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/** The start failed in a way that may pass. */
export function retryFire(fire: Fire, reason: string, now: number): Fire {
  const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(fire.attempts, 10));
  return { ...fire, attempts: fire.attempts + 1, reason, retryAt: now + delay };
}

export function refusedFire(fire: Fire, reason: string): Fire {
  return { ...fire, state: 'refused', reason, retryAt: undefined };
}

/** Counts an end: it pauses itself after too many failures in a row. A cancelled play says nothing about its flow. */
export function countOutcome(trigger: Trigger, failure: string | undefined, waiting: readonly Fire[]): Decided {
  const failuresInRow = failure === undefined ? 0 : trigger.failuresInRow + 1;
  const counted = { ...trigger, failuresInRow };
  const isTooMany = trigger.pauseAfterFailures > 0 && failuresInRow >= trigger.pauseAfterFailures;
  if (!isTooMany || !trigger.enabled) return { trigger: counted, fires: [], cancel: [] };
  return pause(counted, `${failuresInRow} failures in a row; the last: ${failure}`, waiting);
}

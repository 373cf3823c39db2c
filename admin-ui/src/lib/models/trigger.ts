import { durationMs } from '@bufbuild/protobuf/wkt';
import {
  OverlapPolicy,
  TriggerKind,
  type Trigger as TriggerPb,
} from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { ago, count, exact, msFromPb } from './format.ts';
import { isRecord, parseJson } from './json.ts';

export interface Trigger {
  readonly sid: string;
  readonly workflowSid: string;
  readonly workflowName: string;
  readonly name: string;
  readonly kind: 'cron' | 'webhook' | 'once' | 'other';
  /** "0 9 * * 1-5", the moment, or the path that deliveries are posted to. */
  readonly when: string;
  readonly zone: string;
  readonly overlap: string;
  readonly catchUpMs: number;
  readonly enabled: boolean;
  readonly pauseReason: string;
  readonly lastAt: number | undefined;
  readonly lastPlaySid: string;
  readonly upcoming: readonly number[];
  readonly started: number;
  readonly skipped: number;
  readonly missed: number;
  readonly failuresInRow: number;
  /** Due times that wait for plays before them. */
  readonly waiting: number;
}

const KIND: Partial<Record<TriggerKind, Trigger['kind']>> = {
  [TriggerKind.CRON]: 'cron',
  [TriggerKind.WEBHOOK]: 'webhook',
  [TriggerKind.ONCE]: 'once',
};

export const OVERLAPS: readonly { readonly value: OverlapPolicy; readonly word: string }[] = [
  { value: OverlapPolicy.SKIP, word: 'leave the new one out' },
  { value: OverlapPolicy.BUFFER_ONE, word: 'let one wait' },
  { value: OverlapPolicy.BUFFER_ALL, word: 'let all wait' },
  { value: OverlapPolicy.CANCEL_OTHER, word: 'cancel the old one' },
  { value: OverlapPolicy.ALLOW_ALL, word: 'run side by side' },
];

export function triggerFromPb(pb: TriggerPb): Trigger {
  const parsed = parseJson(pb.spec);
  const spec = parsed.ok && isRecord(parsed.value) ? parsed.value : {};
  const text = (name: string) => (typeof spec[name] === 'string' ? spec[name] : '');
  const upcoming = pb.upcoming.map((t) => msFromPb(t) ?? 0);
  const next = msFromPb(pb.nextFireAt);
  return {
    sid: pb.sid,
    workflowSid: pb.workflowSid,
    workflowName: pb.workflowName,
    name: pb.name,
    kind: KIND[pb.kind] ?? 'other',
    when: pb.hookPath || text('cron') || momentOf(spec.at),
    zone: text('time_zone') || 'UTC',
    overlap: OVERLAPS.find((o) => o.value === pb.overlapPolicy)?.word ?? 'leave the new one out',
    catchUpMs: pb.catchUpWindow === undefined ? 0 : durationMs(pb.catchUpWindow),
    enabled: pb.enabled,
    pauseReason: pb.pauseReason,
    lastAt: msFromPb(pb.lastFiredAt),
    lastPlaySid: pb.lastPlaySid,
    upcoming: upcoming.length > 0 || next === undefined ? upcoming : [next],
    started: Number(pb.started),
    skipped: Number(pb.skipped),
    missed: Number(pb.missed),
    failuresInRow: pb.failuresInRow,
    waiting: pb.waiting,
  };
}

/** The moment of one that fires once: milliseconds, or a text with its zone. */
function momentOf(at: unknown): string {
  const ms = typeof at === 'number' ? at : typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? '' : exact(ms);
}

/** A due time may wait this long for its turn. */
const LATE_MS = 60_000;

/** What a person should know of a trigger; empty = nothing. */
export function troubleOf(trigger: Trigger, now: number): string {
  const next = trigger.upcoming[0];
  if (trigger.enabled) return next !== undefined && now - next > LATE_MS ? `is late: it was due ${ago(next, now)}` : '';
  return trigger.failuresInRow > 0
    ? `was paused after ${count(trigger.failuresInRow, 'failure')} in a row: ${trigger.pauseReason}`
    : '';
}

/** A moment in a zone: "Mon 1 Mar 2027, 09:00"; an unknown zone shows UTC and says so. */
export function inZone(at: number, zone: string): string {
  const options = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone }).format(at);
  } catch {
    return `${new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(at)} UTC`;
  }
}

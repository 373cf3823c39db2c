// How long plays that have ended are kept: by age and by number, for all workflows and for single ones. Pure, and the port of the rules.

import type { EndPlace } from '../removal/removal-store.ts';

/** A play is removed when it is over either bound. */
export interface RetentionRule {
  /** Absent = however old. */
  readonly maxAgeMs?: number | undefined;
  /** 0 = however many. */
  readonly maxPlays: number;
}

export const KEEP_ALL: RetentionRule = { maxPlays: 0 };

export interface RetentionStore {
  /** The workflow's own rule; undefined = it has none. */
  find(workflowSid: string): Promise<RetentionRule | undefined>;
  /** By workflow. */
  list(limit: number): Promise<{ readonly workflowSid: string; readonly rule: RetentionRule }[]>;
  /** Undefined takes it away. */
  set(workflowSid: string, rule: RetentionRule | undefined): Promise<void>;
}

/** So long a play that has ended stays in any case: who waits for its end shall see it. */
const LEAST_AGE_MS = 60_000;

/** The latest end that is to go; undefined = none is. `over`: the latest play that is one too many. */
export function removableUpTo(rule: RetentionRule, over: EndPlace | undefined, now: number): EndPlace | undefined {
  const byAge = rule.maxAgeMs === undefined ? undefined : justBefore(now - rule.maxAgeMs);
  const latest = [byAge, over].filter((place) => place !== undefined).reduce(later, undefined);
  return latest && earlier(latest, justBefore(now - LEAST_AGE_MS));
}

export const BEGINNING: EndPlace = { endedAt: 0, sid: '' };

function justBefore(moment: number): EndPlace {
  return { endedAt: moment, sid: '' };
}

function later(a: EndPlace | undefined, b: EndPlace): EndPlace {
  return a === undefined || isBefore(a, b) ? b : a;
}

function earlier(a: EndPlace, b: EndPlace): EndPlace {
  return isBefore(a, b) ? a : b;
}

function isBefore(a: EndPlace, b: EndPlace): boolean {
  return a.endedAt < b.endedAt || (a.endedAt === b.endedAt && a.sid < b.sid);
}

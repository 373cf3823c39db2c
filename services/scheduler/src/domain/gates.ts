// Who may run when: the order of the plays that are ready, and the gates that they pass before an executor is given them.
//
// A play that is ready to run passes its gates in this order and stands at the first one that is closed to it:
//   key       at most concurrencyLimit plays of its concurrency key run
//   rate      at most startsPerMinute plays of its workflow have begun within the last minute; only for plays that never ran
//   workflow  at most maxRunning plays of its workflow run
// Each play brings its own limits, and no play passes one of better rank that stands at the same gate. A place is taken by running, and by a play of better rank that has passed the gate and will take
// it next. A play that waits (awaiting_resume), is held, or starts later has no place; it comes to the gates when it goes on.

import { concurrencyLimit } from './errors.ts';
import type { Play } from './play.ts';

/** Limits of a version that bind the plays of its workflow; 0 = none (slotCost: 1). */
export interface PlayLimits {
  readonly maxRunning: number;
  readonly startsPerMinute: number;
  readonly slotCost: number;
}

export const NO_LIMITS: PlayLimits = { maxRunning: 0, startsPerMinute: 0, slotCost: 0 };

/** One of priority is worth a minute of waiting. */
const AGEING_MS = 60_000;
export const RATE_WINDOW_MS = 60_000;

/**
 * Lower goes first. Priority plus minutes waited, so that nothing starves; as everybody ages alike it can be kept as a number that
 * never changes while the play is ready.
 */
export function rankOf(play: Play): number {
  return (play.readyAt ?? play.createdAt) - play.priority * AGEING_MS;
}

/** Slots of an executor that it takes. */
export function slotCost(play: Play): number {
  return Math.max(1, play.limits.slotCost);
}

/** It has never been given to an executor. */
export function isFresh(play: Play): boolean {
  return play.startedAt === undefined;
}

/** Plays of one gate key share a limit; empty = none. What was started from outside shares it within its workflow, children of a group across workflows. */
export function keyGateOf(play: Play): string {
  const { concurrencyKey } = play;
  if (concurrencyKey === '' || play.concurrencyLimit === 0) return '';
  const ofGroup = play.parentPlaySid !== '' && concurrencyKey.startsWith('group:');
  return ofGroup ? concurrencyKey : `key:${play.workflowSid}:${concurrencyKey}`;
}

export type GateKind = 'key' | 'rate' | 'workflow';

export interface Gate {
  readonly kind: GateKind;
  readonly limit: number;
}

/** The gates before this play, in the order in which it passes them. */
export function gatesOf(play: Play): Gate[] {
  const gates: Gate[] = [];
  if (keyGateOf(play) !== '') gates.push({ kind: 'key', limit: play.concurrencyLimit });
  if (play.limits.startsPerMinute > 0 && isFresh(play))
    gates.push({ kind: 'rate', limit: play.limits.startsPerMinute });
  if (play.limits.maxRunning > 0) gates.push({ kind: 'workflow', limit: play.limits.maxRunning });
  return gates;
}

export type ConflictPolicy = 'queue' | 'cancel_oldest' | 'reject_newest';

/** The live plays of its key that a new play displaces, given oldest first and without itself. CONCURRENCY_LIMIT. */
export function displacedBy(play: Play, policy: ConflictPolicy, live: readonly string[]): readonly string[] {
  const { concurrencyKey, concurrencyLimit: limit } = play;
  if (policy === 'reject_newest' && live.length >= limit) throw concurrencyLimit(concurrencyKey, limit, live);
  return policy === 'cancel_oldest' ? live.slice(0, Math.max(0, live.length + 1 - limit)) : [];
}

export const DISPLACED = 'a newer play with the same concurrency key was started';

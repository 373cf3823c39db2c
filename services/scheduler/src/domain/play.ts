// A play and what may happen to it, as pure functions from one state to the next.
//
//   pending -> running -> (awaiting_resume -> pending -> running)* -> success | failed | cancelled | timed_out
//
// A terminal play never changes. A play has a lease exactly while it is running. Inputs, outputs and the texts of pauses are not
// part of this state: they are written once, beside it.

import type { PlayLimits } from './gates.ts';
import type { Hold } from './hold.ts';
import type { Lease } from './lease.ts';

export const PLAY_STATUSES = [
  ...(['pending', 'running', 'awaiting_resume'] as const),
  ...(['success', 'failed', 'cancelled', 'timed_out'] as const),
] as const;
export type PlayStatus = (typeof PLAY_STATUSES)[number];
export type TerminalStatus = Exclude<PlayStatus, 'pending' | 'running' | 'awaiting_resume'>;

export interface FlowError {
  readonly type: string;
  readonly message: string;
  readonly traceback: string;
}

export interface ImportedFrom {
  readonly playSid: string;
  readonly versionSid: string;
  readonly at: number;
  readonly by: string;
}

export interface Play {
  readonly sid: string;
  readonly workflowSid: string;
  readonly workflowName: string;
  /** That of its workflow; absent = the first one. */
  readonly namespace?: string | undefined;
  readonly versionSid: string;
  readonly versionNumber: number;
  readonly name: string;
  readonly status: PlayStatus;
  /** Grows with every change of the play or of one of its pauses. */
  readonly rev: number;
  readonly attempt: number;
  /** Runs in a row that ended without a report. */
  readonly lostLeases: number;
  readonly lease?: Lease | undefined;
  /** `kill`: without grace. */
  readonly cancel?: { readonly at: number; readonly reason: string; readonly kill?: boolean } | undefined;
  /** Set while an operator holds it; never on a play that has ended. */
  readonly hold?: Hold | undefined;
  /** The last report that counted, so that its repetition gets the same reply. */
  readonly lastReport?: { readonly token: string; readonly outcome: string; readonly status: PlayStatus } | undefined;
  readonly prefillOnly: boolean;
  readonly idempotencyKey: string;
  readonly concurrencyKey: string;
  /** How many plays with its concurrencyKey run at the same time; 0 = no bound. */
  readonly concurrencyLimit: number;
  /** What its version allows its workflow, as it was at the start. */
  readonly limits: PlayLimits;
  readonly priority: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly trigger: string;
  /** The people who started it, the play above it, or the one that it is a fork of; absent = no person did. */
  readonly starters?: readonly string[] | undefined;
  /** The call that started it, as a traceparent; absent where nobody traces. */
  readonly traceParent?: string | undefined;
  /** How its version was chosen, JSON text; absent = it was named. */
  readonly versionChoice?: string | undefined;
  readonly parentPlaySid: string;
  readonly parentSpanId: string;
  /** The pause of its parent that its end answers; empty = none. */
  readonly parentResumeId: string;
  readonly rootPlaySid: string;
  /** Plays above it in its family. */
  readonly depth: number;
  readonly forkedFrom?: { readonly playSid: string; readonly spanId: string } | undefined;
  /** Set on plays that ran elsewhere: where, on which version, and who brought them when. */
  readonly importedFrom?: ImportedFrom | undefined;
  readonly error?: FlowError | undefined;
  readonly warnings: readonly string[];
  readonly totalCostUsd?: number | undefined;
  readonly tokensPrompt?: number | undefined;
  readonly tokensCompletion?: number | undefined;
  readonly spanCount: number;
  readonly createdAt: number;
  /** Since when it is ready to run, when that is later than createdAt. */
  readonly readyAt?: number | undefined;
  /** When the caller wanted it to start; absent = at once. */
  readonly startAt?: number | undefined;
  /** Set until `startAt` has come: nobody claims it before. */
  readonly notBefore?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly completedAt?: number | undefined;
  /** Time of finished runs. */
  readonly durationMs: number;
  /** Time of finished waits. */
  readonly waitingMs: number;
  /** Set exactly while awaiting_resume. */
  readonly awaitingSince?: number | undefined;
  readonly sandboxTier: string;
  /** UTF-8 bytes of the input, of all answers, and of all questions: what a claim and a reply have to carry. */
  readonly inputBytes: number;
  readonly answerBytes: number;
  /** UTF-8 bytes of the answers of its children: a claim carries some of them, a run asks for the others. */
  readonly childAnswerBytes: number;
  readonly questionBytes: number;
  /** Answers so far; the next one gets this number. */
  readonly answers: number;
}

export function isTerminal(status: PlayStatus): status is TerminalStatus {
  return status !== 'pending' && status !== 'running' && status !== 'awaiting_resume';
}

/** The starters of a play that this person starts from another one. */
export function startersOf(before: readonly string[] | undefined, by: string): Pick<Play, 'starters'> {
  const starters = [...new Set([...(before ?? []), by])].filter((name) => name !== '');
  return starters.length === 0 ? {} : { starters };
}

/** It ended because something went wrong. */
export function isFailure({ status }: Pick<Play, 'status'>): boolean {
  return status === 'failed' || status === 'timed_out';
}

/** Terminal, or awaiting_resume with at least one question that the outside can answer. */
export function isSettled(play: Play, openQuestions: boolean): boolean {
  return isTerminal(play.status) || (play.status === 'awaiting_resume' && openQuestions);
}

/** The end of a play. Its open pauses are withdrawn with it (by the store). */
export function end(play: Play, status: TerminalStatus, now: number, error?: FlowError): Play {
  if (isTerminal(play.status)) throw new Error(`illegal: play ${play.sid} has ended as ${play.status}`);
  return { ...stopWaiting(play, now), status, lease: undefined, hold: undefined, completedAt: now, error };
}

/** Something that the play waited for is there: it is ready to run again. A play that is not waiting stays as it is. */
export function wake(play: Play, now: number): Play {
  return play.status === 'awaiting_resume' ? { ...stopWaiting(play, now), status: 'pending', readyAt: now } : play;
}

/** Its time to start has come: it goes to the gates. */
export function begin(play: Play): Play {
  return play.notBefore === undefined ? play : { ...play, notBefore: undefined };
}

function stopWaiting(play: Play, now: number): Play {
  if (play.awaitingSince === undefined) return play;
  return { ...play, waitingMs: play.waitingMs + Math.max(0, now - play.awaitingSince), awaitingSince: undefined };
}

/** Stops what can be stopped at once; a running play is asked to stop. */
export function cancel(play: Play, reason: string, now: number): Play {
  if (isTerminal(play.status)) return play;
  if (play.status === 'running') return play.cancel === undefined ? { ...play, cancel: { at: now, reason } } : play;
  return end({ ...play, cancel: { at: now, reason } }, 'cancelled', now, cancelError(reason));
}

/** What a cancelled play says about why; nothing without a reason. */
export function cancelError(reason: string | undefined): FlowError | undefined {
  return reason === undefined || reason === '' ? undefined : { type: 'Cancelled', message: reason, traceback: '' };
}

const MAX_WARNINGS = 100;
const MAX_WARNING_CHARS = 2000;

/** Warnings without repetitions, bounded; the last one says when some were left out. */
export function addWarnings(present: readonly string[], more: readonly string[]): readonly string[] {
  if (more.length === 0) return present;
  const all = [...new Set([...present, ...more.map((text) => cutText(text, MAX_WARNING_CHARS))])];
  if (all.length <= MAX_WARNINGS) return all;
  return [...all.slice(0, MAX_WARNINGS - 1), 'further warnings were left out'];
}

export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return `${text.slice(0, maxChars).toWellFormed()}…[cut, ${text.length} characters]`;
}

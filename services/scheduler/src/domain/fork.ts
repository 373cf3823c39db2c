// A fork: a new play that keeps what the original had before a span began. Pure: which answers it keeps, and what it takes over.

import type { Violation } from '@hero-logic/platform';
import { type Pause, questionBytes } from './pause.ts';
import { type Play, startersOf } from './play.ts';
import type { CopiedRecord } from './replays.ts';
import type { PlayVersion } from './version-move.ts';

/** Answers that were given before the span began, to pauses that were met before it. */
export function answersBefore(answered: readonly Pause[], copied: CopiedRecord): Pause[] {
  return answered.filter(
    ({ resumedAt, spanId }) => resumedAt !== undefined && resumedAt <= copied.beganAt && copied.askedBefore.has(spanId),
  );
}

/** The answers without the dropped ones, which are named by the id or the name of their pause; or which names name none. */
export function withoutDropped(
  answers: readonly Pause[],
  dropResumes: readonly string[],
): { readonly kept: readonly Pause[]; readonly violations: readonly Violation[] } {
  const dropped = new Set(dropResumes);
  const known = new Set(answers.flatMap(({ id, name }) => [id, name]));
  const violations = dropResumes.flatMap((entry, index) =>
    known.has(entry)
      ? []
      : [{ field: `drop_resumes[${index}]`, description: `names no answer that the fork keeps: "${entry}"` }],
  );
  return { kept: answers.filter(({ id, name }) => !dropped.has(id) && !dropped.has(name)), violations };
}

export interface NewFork {
  readonly sid: string;
  readonly spanId: string;
  readonly version: PlayVersion;
  readonly workflowName: string;
  /** Empty = the original's. */
  readonly name: string;
  readonly inputBytes: number;
  readonly spanCount: number;
  readonly answers: readonly Pause[];
  /** Who forks it; empty = it is not known. */
  readonly by: string;
  readonly now: number;
}

/** The new play, pending. It belongs to nobody: it answers no parent, and no idempotency key leads to it. */
export function forkOf(original: Play, fork: NewFork): Play {
  const { answers } = fork;
  return {
    sid: fork.sid,
    workflowSid: original.workflowSid,
    workflowName: fork.workflowName,
    ...(original.namespace === undefined ? {} : { namespace: original.namespace }),
    versionSid: fork.version.sid,
    versionNumber: fork.version.number,
    name: fork.name === '' ? original.name : fork.name,
    status: 'pending',
    rev: 1,
    attempt: 0,
    lostLeases: 0,
    prefillOnly: false,
    idempotencyKey: '',
    ...concurrencyOf(original),
    priority: original.priority,
    limits: fork.version.limits,
    tags: original.tags,
    trigger: `fork of ${original.sid}`,
    ...startersOf(original.starters, fork.by),
    parentPlaySid: '',
    // The ids of all its spans follow from this one.
    parentSpanId: original.parentSpanId,
    parentResumeId: '',
    depth: 0,
    rootPlaySid: fork.sid,
    forkedFrom: { playSid: original.sid, spanId: fork.spanId },
    warnings: [],
    spanCount: fork.spanCount,
    createdAt: fork.now,
    durationMs: 0,
    waitingMs: 0,
    sandboxTier: '',
    inputBytes: fork.inputBytes,
    answerBytes: bytesOf(answers.filter(({ kind }) => kind !== 'child')),
    childAnswerBytes: bytesOf(answers.filter(({ kind }) => kind === 'child')),
    questionBytes: answers.reduce((sum, answer) => sum + questionBytes(answer), 0),
    answers: answers.length,
  };
}

function bytesOf(answers: readonly Pause[]): number {
  return answers.reduce((sum, { payload = '' }) => sum + Buffer.byteLength(payload), 0);
}

/** A group of children is awaited by their parent, and a fork has none. */
function concurrencyOf({ concurrencyKey, concurrencyLimit, parentPlaySid }: Play) {
  return parentPlaySid === '' ? { concurrencyKey, concurrencyLimit } : { concurrencyKey: '', concurrencyLimit: 0 };
}

/** An answer of the original as one of the fork: no run has been given it yet. */
export function pauseOf(forkSid: string, pause: Pause, index: number): Pause {
  return { ...pause, playSid: forkSid, answerSeq: index, deliveredIn: undefined };
}

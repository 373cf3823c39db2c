// Pauses: what a play waits for. A `question` is answered from outside, a `timer` only by time, a `child` only by the end of the
// play that was spawned for it (child.ts).
//
// A pause is recorded as it is met and can be answered from then on, also while its play still runs. The first answer stands:
// given from outside, prefilled, or taken when the time is over. An answer is `delivered` once a run has been given it.

import { jsonEqual } from '@hero-logic/platform';
import type { AnswerClaim, AnswerEvent, AnswerEventKind, AnswerRules, AnswerVote } from './answer-rules.ts';
import { resumeAnswered, resumeNotFound, resumeWithdrawn, tooLarge } from './errors.ts';
import { requireLease } from './lease.ts';
import { isTerminal, type Play, wake } from './play.ts';
import type { NewPlay } from './play-store.ts';
import { moveToVersion, type PlayVersion } from './version-move.ts';

export type PauseKind = 'question' | 'timer' | 'child';
export type PauseState = 'open' | 'answered' | 'expired' | 'withdrawn';

/** What is asked; never changes once recorded. Texts are JSON texts, empty = none. */
export interface Question {
  readonly id: string;
  readonly name: string;
  readonly kind: PauseKind;
  readonly spanId: string;
  readonly schema: string;
  readonly ui: string;
  readonly message: string;
  readonly timeoutMs?: number | undefined;
  readonly defaultPayload?: string | undefined;
  /** Set exactly for kind child. */
  readonly child?: ChildWait | undefined;
  /** Who may answer, for kind question; absent = everybody who may call. */
  readonly rules?: AnswerRules | undefined;
}

/** The play whose end answers a pause. */
export interface ChildWait {
  /** Empty when it could not be started: the pause is answered with why. */
  readonly playSid: string;
  /** Pauses of one group are awaited together: their answers wake the play once none of them is open. Empty = awaited alone. */
  readonly group: string;
}

export interface Pause extends Question {
  readonly playSid: string;
  readonly state: PauseState;
  readonly askedAt: number;
  readonly expiresAt?: number | undefined;
  /** Who is answering, perhaps over by now. */
  readonly claim?: AnswerClaim | undefined;
  /** With a quorum: the last answer of each person. */
  readonly votes?: readonly AnswerVote[] | undefined;
  /** When it escalates; absent = never, or it has. */
  readonly escalatesAt?: number | undefined;
  readonly escalatedAt?: number | undefined;
  /** What happened to it, oldest first. */
  readonly history?: readonly AnswerEvent[] | undefined;
  /** Set with the answer; never for an expired one. */
  readonly payload?: string | undefined;
  readonly resumedAt?: number | undefined;
  readonly resumedBy: string;
  /** Order of the answers of a play. */
  readonly answerSeq?: number | undefined;
  /** Attempt whose run got the answer when it recorded the pause; 0 = a claim brought it; absent = no run has it yet. */
  readonly deliveredIn?: number | undefined;
}

export interface PauseChange<T> {
  /** The new state; absent = unchanged. */
  readonly play?: Play;
  readonly pause?: Pause;
  /** The questions and timers of the play that are open or lost a race are forgotten: who asks them again asks anew. */
  readonly dropsOpen?: boolean;
  /** A play that the pause waits for: added with the pause, unless there is a play with its sid. */
  readonly child?: NewPlay;
  readonly result: T;
}

/** What a decision about one pause has to know of the others. */
export interface PauseFacts {
  /** Another pause of its group is open. */
  readonly groupOpen: boolean;
}

/** An answer as the replay needs it. */
export interface Answer {
  readonly id: string;
  readonly name: string;
  readonly payload: string;
  readonly expired: boolean;
}

/** Answers of one play together: with the input and with defaults still to come they have to fit into one message (32 MiB). */
const MAX_ANSWER_MIB = 16;
/** Questions of one play together: they travel in one reply. */
const MAX_QUESTION_MIB = 8;
const MIB = 1024 * 1024;

/** The end of the year 9999: the last that a timestamp on the wire can say. */
const LAST_MOMENT = Date.UTC(9999, 11, 31);

export interface Recording {
  readonly token: string;
  readonly question: Question;
  /** The prefilled answer of this pause, when there is one. */
  readonly prefilled?: string | undefined;
  readonly now: number;
}

/**
 * Records a pause as it is met (the first time), and gives its answer when there is one. LEASE_LOST, TOO_LARGE, RESUME_WITHDRAWN: a
 * wait that lost its race is not met again by a flow that does the same again.
 */
export function recordPause(
  found: Play,
  known: Pause | undefined,
  recording: Recording,
): PauseChange<Answer | undefined> {
  const { now, question, prefilled } = recording;
  const play: Play = requireLease(found, recording.token);
  if (known?.state === 'withdrawn') throw resumeWithdrawn(play.sid, known.id);
  const asked = known ?? ask(play, question, now);
  const counted = known === undefined ? { ...play, questionBytes: play.questionBytes + questionBytes(question) } : play;
  if (counted.questionBytes > MAX_QUESTION_MIB * MIB) throw tooLarge('the questions', MAX_QUESTION_MIB);
  if (asked.state === 'open' && prefilled !== undefined) {
    return deliver(...answered(counted, asked, { payload: prefilled, by: 'prefill', now }));
  }
  if (asked.state === 'open' && isDue(asked, now)) return deliver(...resolved(counted, asked, now));
  if (asked.state !== 'open')
    return asked.deliveredIn === undefined ? deliver(play, asked) : { result: toAnswer(asked) };
  return known === undefined ? { play: counted, pause: asked, result: undefined } : { result: undefined };
}

export function deliver(play: Play, pause: Pause): PauseChange<Answer | undefined> {
  return { play, pause: { ...pause, deliveredIn: play.attempt }, result: toAnswer(pause) };
}

export function ask(play: Play, question: Question, now: number): Pause {
  const expiresAt = question.timeoutMs === undefined ? undefined : Math.min(now + question.timeoutMs, LAST_MOMENT);
  const escalateAfterMs = question.rules?.escalateAfterMs;
  const escalates = escalateAfterMs === undefined ? {} : { escalatesAt: now + escalateAfterMs };
  return { ...question, playSid: play.sid, state: 'open', askedAt: now, expiresAt, ...escalates, resumedBy: '' };
}

export function questionBytes(question: Question): number {
  const { schema, ui, message, defaultPayload = '' } = question;
  return [schema, ui, message, defaultPayload].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** A wait that lost its race: from now on it takes no answer, and its time does nothing. True = it was open until now. LEASE_LOST. */
export function withdrawPause(found: Play, pause: Pause | undefined, token: string): PauseChange<boolean> {
  const play = requireLease(found, token);
  if (pause?.state !== 'open') return { result: false };
  const counted = { ...play, questionBytes: Math.max(0, play.questionBytes - questionBytes(pause)) };
  return { play: counted, pause: { ...pause, state: 'withdrawn' }, result: true };
}

export interface GivenAnswer {
  readonly payload: string;
  readonly by: string;
  readonly now: number;
  /** The play goes on with this version. */
  readonly moveTo?: PlayVersion | undefined;
}

const TIME_PASSED = 'is over: its time has passed';

/**
 * Why a pause cannot take this answer (thrown), or when it took an equal one (returned), or undefined: it is open.
 * RESUME_NOT_FOUND, RESUME_ALREADY_ANSWERED, RESUME_WITHDRAWN.
 */
export function standingAnswer(
  play: Play,
  pause: Pause | undefined,
  resumeId: string,
  payload: string,
): number | undefined {
  if (pause === undefined || pause.kind !== 'question') throw resumeNotFound(play.sid, resumeId);
  if (pause.state === 'expired') throw resumeAnswered(play.sid, resumeId, TIME_PASSED);
  if (pause.state === 'answered') {
    if (jsonEqual(pause.payload ?? '', payload)) return pause.resumedAt;
    throw resumeAnswered(play.sid, resumeId, 'has another answer already');
  }
  if (pause.state === 'withdrawn' || isTerminal(play.status)) throw resumeWithdrawn(play.sid, resumeId);
  return undefined;
}

/** RESUME_ALREADY_ANSWERED, RESUME_WITHDRAWN. */
export function requireOpen({ state, id, playSid }: Pick<Pause, 'state' | 'id' | 'playSid'>): void {
  if (state === 'expired') throw resumeAnswered(playSid, id, TIME_PASSED);
  if (state === 'answered') throw resumeAnswered(playSid, id, 'has an answer already');
  if (state === 'withdrawn') throw resumeWithdrawn(playSid, id);
}

/**
 * An answer from outside; gives when the standing answer was accepted. The payload has been checked. TOO_LARGE;
 * RESUME_ALREADY_ANSWERED also when it was given before on another version than `given.moveTo`.
 */
export function answerPause(
  play: Play,
  pause: Pause | undefined,
  resumeId: string,
  given: GivenAnswer,
): PauseChange<number> {
  const { moveTo, now } = given;
  const moves = moveTo !== undefined && moveTo.sid !== play.versionSid;
  const standing = standingAnswer(play, pause, resumeId, given.payload);
  if (standing !== undefined && moves) {
    throw resumeAnswered(play.sid, resumeId, `was answered before, on version ${play.versionNumber}`);
  }
  if (standing !== undefined || pause === undefined) return { result: standing ?? now };
  const [answeredPlay, answeredPause] = answered(play, pause, given);
  if (answeredPlay.answerBytes > MAX_ANSWER_MIB * MIB) throw tooLarge('the answers', MAX_ANSWER_MIB);
  if (!moves) return { play: wake(answeredPlay, now), pause: answeredPause, result: now };
  const moved = moveToVersion(answeredPlay, moveTo, now);
  return { play: moved, pause: answeredPause, dropsOpen: moved.versionSid !== play.versionSid, result: now };
}

const MOST_HISTORY = 100;

export function noted(pause: Pause, kind: AnswerEventKind, by: string, at: number): Pause {
  return { ...pause, history: [...(pause.history ?? []), { at, kind, by }].slice(-MOST_HISTORY) };
}

/** Its time to escalate has come: from now on more people may answer. */
function escalate(pause: Pause, now: number): Pause {
  return { ...noted(pause, 'escalated', '', now), escalatesAt: undefined, escalatedAt: now };
}

/** When time next does something to an open pause. */
export function dueAt({ expiresAt, escalatesAt }: Pause): number | undefined {
  const times = [expiresAt, escalatesAt].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The time of a pause is over: a timer is done, a question takes its default, expires or escalates. Nothing for a pause that is not due. */
export function expirePause(play: Play, pause: Pause | undefined, now: number): PauseChange<boolean> {
  if (pause?.state !== 'open' || isTerminal(play.status)) return { result: false };
  if (!isDue(pause, now)) {
    const escalates = pause.escalatesAt !== undefined && pause.escalatesAt <= now;
    return escalates ? { pause: escalate(pause, now), result: true } : { result: false };
  }
  const [resolvedPlay, resolvedPause] = resolved(play, pause, now);
  return { play: wake(resolvedPlay, now), pause: resolvedPause, result: true };
}

function isDue(pause: Pause, now: number): boolean {
  return pause.expiresAt !== undefined && pause.expiresAt <= now;
}

function resolved(play: Play, pause: Pause, now: number): [Play, Pause] {
  if (pause.kind === 'timer') return answered(play, pause, { payload: 'null', by: 'timer', now });
  if (pause.defaultPayload !== undefined) {
    return answered(play, pause, { payload: pause.defaultPayload, by: 'default', now });
  }
  const expired: Pause = { ...pause, state: 'expired', resumedAt: now, resumedBy: 'expired', answerSeq: play.answers };
  return [{ ...play, answers: play.answers + 1 }, expired];
}

export function answered(play: Play, pause: Pause, given: GivenAnswer): [Play, Pause] {
  const { payload, by, now } = given;
  const carried = pause.kind === 'child' ? 'childAnswerBytes' : 'answerBytes';
  return [
    { ...play, answers: play.answers + 1, [carried]: play[carried] + Buffer.byteLength(payload) },
    { ...pause, state: 'answered', payload, resumedAt: now, resumedBy: by, answerSeq: play.answers },
  ];
}

export function toAnswer(pause: Pause): Answer {
  return { id: pause.id, name: pause.name, payload: pause.payload ?? '', expired: pause.state === 'expired' };
}

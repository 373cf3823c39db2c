// Plays that plays spawn. The parent has a pause of kind child with the child's sid in it; the child has its parent's sid and the
// id of that pause. The end of the child, whichever it is, answers the pause; a pause that is withdrawn leaves its child to be
// cancelled. Both are done by a loop that looks at what is stored (commands/families.ts), so that no crash in between loses them.

import { resumeWithdrawn } from './errors.ts';
import { requireLease } from './lease.ts';
import {
  type Answer,
  answered,
  ask,
  deliver,
  type Pause,
  type PauseChange,
  type PauseFacts,
  type Question,
  toAnswer,
} from './pause.ts';
import { cutText, type FlowError, isTerminal, type Play, wake } from './play.ts';
import type { NewPlay } from './play-store.ts';

/** So many plays may stand above another: a flow that spawns itself without end has to hear of it. */
export const MAX_DEPTH = 50;

/** The child to start, or why none can be. */
export type Birth = { readonly child: NewPlay } | { readonly failure: FlowError };

export interface ChildRecording {
  readonly token: string;
  /** Its pause. */
  readonly question: Question;
  readonly group: string;
  /** Absent = the child is there already, or its pause is answered. */
  readonly birth: Birth | undefined;
  readonly now: number;
}

export interface ChildRecorded {
  readonly answer: Answer | undefined;
  /** Empty when it could not be started. */
  readonly childPlaySid: string;
}

/**
 * Records the pause of a child as it is met, and gives its answer when there is one. The first recording chooses the child; a
 * repetition names the same one, and adds it if it was never added. A child that cannot be started answers its pause at once, so
 * that a replay meets the same. LEASE_LOST, RESUME_WITHDRAWN.
 */
export function recordChild(
  found: Play,
  known: Pause | undefined,
  recording: ChildRecording,
): PauseChange<ChildRecorded> {
  const { birth, group, now, question } = recording;
  const play: Play = requireLease(found, recording.token);
  if (known !== undefined) return recordAgain(play, known, birth, now);
  if (birth === undefined) throw new Error(`illegal: pause ${question.id} of play ${play.sid} waits for no child`);
  if ('child' in birth) {
    const { sid } = birth.child.play;
    const pause = ask(play, { ...question, child: { playSid: sid, group } }, now);
    return { play, pause, child: birth.child, result: { answer: undefined, childPlaySid: sid } };
  }
  return unborn(play, ask(play, { ...question, child: { playSid: '', group } }, now), birth.failure, now);
}

function recordAgain(play: Play, known: Pause, birth: Birth | undefined, now: number): PauseChange<ChildRecorded> {
  const childPlaySid = known.child?.playSid ?? '';
  if (known.state === 'open') {
    const result = { answer: undefined, childPlaySid };
    if (birth === undefined) return { result };
    if ('failure' in birth) return unborn(play, known, birth.failure, now);
    return birth.child.play.sid === childPlaySid ? { child: birth.child, result } : { result };
  }
  if (known.state === 'withdrawn') throw resumeWithdrawn(play.sid, known.id);
  if (known.deliveredIn !== undefined) return { result: { answer: toAnswer(known), childPlaySid } };
  const change = deliver(play, known);
  return { ...change, result: { answer: change.result, childPlaySid } };
}

function unborn(play: Play, pause: Pause, failure: FlowError, now: number): PauseChange<ChildRecorded> {
  const payload = failurePayload('', 'failed', failure);
  const change = deliver(...answered(play, pause, { payload, by: 'child', now }));
  return { ...change, result: { answer: change.result, childPlaySid: '' } };
}

/**
 * The end of a child answers the pause of its parent, and wakes the parent unless a pause of the same group is still open. Nothing
 * happens to a parent that has ended, or whose pause is withdrawn or waits for another play. True = it was answered.
 */
export function answerChild(
  parent: Play,
  pause: Pause | undefined,
  facts: PauseFacts,
  given: { readonly childPlaySid: string; readonly payload: string; readonly now: number },
): PauseChange<boolean> {
  const { childPlaySid, payload, now } = given;
  const waits = pause?.state === 'open' && pause.child?.playSid === childPlaySid && !isTerminal(parent.status);
  if (pause === undefined || !waits) return { result: false };
  const [told, settled] = answered(parent, pause, { payload, by: 'child', now });
  return { play: facts.groupOpen ? told : wake(told, now), pause: settled, result: true };
}

/** How a child ended, as JSON text: its output is put in as it is, and last. */
export function childPayload(child: Play, outputData: string): string {
  if (child.status !== 'success') return failurePayload(child.sid, child.status, child.error, usage(child));
  const head = JSON.stringify({ play_sid: child.sid, status: 'success', usage: usage(child) });
  return `${head.slice(0, -1)},"output":${outputData || 'null'}}`;
}

/** What its parent counts as its own; absent = it made no model call and reported no cost. */
function usage({ totalCostUsd, tokensPrompt, tokensCompletion }: Play): object | undefined {
  const figures = { cost_usd: totalCostUsd, tokens_prompt: tokensPrompt, tokens_completion: tokensCompletion };
  return Object.values(figures).some((figure) => figure !== undefined) ? figures : undefined;
}

/** The whole error stays with the child; thousands of them have to fit into one parent. */
const MAX_MESSAGE_CHARS = 4096;
const MAX_TRACEBACK_CHARS = 8192;

function failurePayload(playSid: string, status: string, error: FlowError | undefined, used?: object): string {
  const shown =
    error === undefined
      ? null
      : {
          type: error.type,
          message: cutText(error.message, MAX_MESSAGE_CHARS),
          traceback: cutText(error.traceback, MAX_TRACEBACK_CHARS),
        };
  return JSON.stringify({ play_sid: playSid, status, error: shown, usage: used });
}

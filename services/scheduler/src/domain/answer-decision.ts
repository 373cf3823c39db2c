// Who may answer a question, and how many have to. Pure.
//
// A question without rules takes the answer of everybody who may call. With rules only those named may answer (once it has escalated, those
// of `escalateTo` as well), and never who started the play where that is forbidden. With a quorum of n the answer that n different people
// have given, each as the last one of theirs, stands. A claim keeps everybody else from answering until its time is over.

import { HeroError, invalid, jsonEqual } from '@hero-logic/platform';
import type { AnswerClaim, AnswerRules, Groups } from './answer-rules.ts';
import { resumeAnswered, resumeNotFound } from './errors.ts';
import { answerPause, type GivenAnswer, noted, type Pause, type PauseChange, standingAnswer } from './pause.ts';
import type { Play } from './play.ts';

const MOST_VOTE_BYTES = 16 * 1024;

/** ANSWER_NOT_ALLOWED. */
function requireMayAnswer(play: Play, pause: Pause, by: string, groups: Groups): void {
  const { rules } = pause;
  if (rules === undefined) return;
  if (by === '') throw notAllowed(pause, 'it has rules about who may answer; say who you are');
  if (rules.noSelfApproval && play.starters?.includes(by)) {
    throw notAllowed(pause, `${JSON.stringify(by)} started the play and may not answer it; somebody else has to`);
  }
  const { assignees, groups: named, escalateTo } = rules;
  if (assignees.length === 0 && named.length === 0) return;
  const later = pause.escalatedAt === undefined ? [] : escalateTo;
  const isNamed = [...assignees, ...later].includes(by);
  if (isNamed || [...named, ...later].some((group) => groups.get(group)?.has(by))) return;
  const whom = [...assignees, ...later, ...named.map((group) => `group ${group}`)].slice(0, 10).join(', ');
  throw notAllowed(pause, `${JSON.stringify(by)} may not answer it; these may: ${whom}`);
}

function notAllowed({ id, playSid }: Pause, description: string): HeroError {
  return new HeroError('ANSWER_NOT_ALLOWED', `question ${id}: ${description}`, {
    metadata: { play_sid: playSid, resume_id: id },
  });
}

/** The claim that holds now. */
function liveClaim({ claim }: Pause, now: number): AnswerClaim | undefined {
  return claim !== undefined && claim.until > now ? claim : undefined;
}

/** RESUME_CLAIMED. */
function requireUnclaimed(pause: Pause, by: string, now: number): void {
  const claim = liveClaim(pause, now);
  if (claim === undefined || claim.by === by) return;
  const until = new Date(claim.until).toISOString();
  throw new HeroError(
    'RESUME_CLAIMED',
    `question ${pause.id} is being answered by ${claim.by}, until ${until} at the latest`,
    {
      metadata: { play_sid: pause.playSid, resume_id: pause.id, by: claim.by },
    },
  );
}

export interface Claiming {
  readonly by: string;
  readonly now: number;
  readonly forMs: number;
  readonly groups: Groups;
}

/** Again by the same person prolongs it. ANSWER_NOT_ALLOWED, RESUME_CLAIMED, and what makes a question take no answer. */
export function claimPause(
  play: Play,
  found: Pause | undefined,
  resumeId: string,
  claiming: Claiming,
): PauseChange<Pause> {
  const { by, now, forMs, groups } = claiming;
  const pause = requireOpen(play, found, resumeId);
  if (by === '') throw invalid([{ field: 'by', description: 'is required: say who is answering' }]);
  requireMayAnswer(play, pause, by, groups);
  requireUnclaimed(pause, by, now);
  const before = liveClaim(pause, now);
  const claim = { by, at: before?.at ?? now, until: now + forMs };
  const claimed = { ...(before === undefined ? noted(pause, 'claimed', by, now) : pause), claim };
  return { pause: claimed, result: claimed };
}

/** Nothing happens to a question that nobody claims. RESUME_CLAIMED: it is somebody else's. */
export function releasePause(
  play: Play,
  found: Pause | undefined,
  resumeId: string,
  { by, now }: Pick<Claiming, 'by' | 'now'>,
): PauseChange<Pause> {
  const pause = requireOpen(play, found, resumeId);
  requireUnclaimed(pause, by, now);
  if (liveClaim(pause, now) === undefined) return { result: pause };
  const released = { ...noted(pause, 'released', by, now), claim: undefined };
  return { pause: released, result: released };
}

function requireOpen(play: Play, pause: Pause | undefined, resumeId: string): Pause {
  if (pause?.kind !== 'question') throw resumeNotFound(play.sid, resumeId);
  if (pause.state === 'answered') throw resumeAnswered(play.sid, resumeId, 'is answered already');
  standingAnswer(play, pause, resumeId, '');
  return pause;
}

export interface AnswerOutcome {
  /** When the standing answer was accepted; absent = none stands yet. */
  readonly resumedAt?: number | undefined;
  /** So many people have yet to give an equal answer. */
  readonly missing: number;
}

/** An answer from outside, under the rules of its question. Beside what `answerPause` throws: ANSWER_NOT_ALLOWED, RESUME_CLAIMED. */
export function decideAnswer(
  play: Play,
  pause: Pause | undefined,
  resumeId: string,
  given: GivenAnswer & { readonly groups: Groups },
): PauseChange<AnswerOutcome> {
  const { by, now, payload, groups } = given;
  if (pause === undefined || standingAnswer(play, pause, resumeId, payload) !== undefined) {
    return outcomeOf(answerPause(play, pause, resumeId, given));
  }
  requireMayAnswer(play, pause, by, groups);
  requireUnclaimed(pause, by, now);
  const quorum = pause.rules?.quorum ?? 1;
  if (quorum === 1) return outcomeOf(answerPause(play, settledPause(pause, given), resumeId, given));
  if (Buffer.byteLength(payload) > MOST_VOTE_BYTES) {
    throw new HeroError(
      'TOO_LARGE',
      `the answer to a question with a quorum holds at most ${MOST_VOTE_BYTES / 1024} KiB`,
    );
  }
  return vote(play, pause, resumeId, given, quorum);
}

function vote(
  play: Play,
  pause: Pause,
  resumeId: string,
  given: GivenAnswer,
  quorum: number,
): PauseChange<AnswerOutcome> {
  const { by, now, payload, moveTo } = given;
  const before = pause.votes ?? [];
  const isSame = before.some((one) => one.by === by && jsonEqual(one.payload, payload));
  const votes = isSame ? before : [...before.filter((one) => one.by !== by), { by, at: now, payload }];
  const agreeing = votes.filter((one) => jsonEqual(one.payload, payload));
  const missing = quorum - agreeing.length;
  if (missing > 0) {
    if (moveTo !== undefined) throw invalid([{ field: 'version_sid', description: LAST_MOVES }]);
    if (isSame) return { result: { missing } };
    return { pause: { ...noted(pause, 'voted', by, now), votes, claim: undefined }, result: { missing } };
  }
  const all = { ...given, by: agreeing.map((one) => one.by).join(', ') };
  return outcomeOf(answerPause(play, { ...settledPause(pause, given), votes }, resumeId, all));
}

const LAST_MOVES =
  'moves a play with the answer that settles its question, and more people have yet to answer; leave it out';

function settledPause(pause: Pause, { by, now }: GivenAnswer): Pause {
  const isNoted = pause.rules !== undefined || pause.history !== undefined;
  return { ...(isNoted ? noted(pause, 'answered', by, now) : pause), claim: undefined };
}

function outcomeOf({ result: resumedAt, ...change }: PauseChange<number>): PauseChange<AnswerOutcome> {
  return { ...change, result: { resumedAt, missing: 0 } };
}

/** Why an answer that came with the start cannot count; undefined = it can. It is the answer of who started the play, where a person did. */
export function prefillRefusal(play: Play, rules: AnswerRules | undefined, groups: Groups): string | undefined {
  const starters = play.starters ?? [];
  if (rules === undefined || starters.length === 0) return undefined;
  if (rules.quorum > 1)
    return `needs the answers of ${rules.quorum} people; a prefilled one is that of who started the play`;
  const asked = { id: '', playSid: play.sid, rules } as Pause;
  const by = starters.at(-1) ?? '';
  try {
    requireMayAnswer(play, asked, by, groups);
    return undefined;
  } catch {
    // What is thrown says for whom it is; here it is about the start.
    return `may not be answered by who started the play (${by}), so not by a prefilled answer either`;
  }
}

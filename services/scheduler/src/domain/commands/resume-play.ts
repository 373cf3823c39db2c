// Answers a question. Of many answers at once one wins; an equal one is ok again at any time, another one is refused.

import { documentProblem, invalid, topics } from '@hero-logic/platform';
import { type AnswerOutcome, decideAnswer } from '../answer-decision.ts';
import { playNotFound } from '../errors.ts';
import { standingAnswer } from '../pause.ts';
import type { Play } from '../play.ts';
import type { PlayVersion } from '../version-move.ts';
import { type CommandDeps, groupsOf, publishChange } from './deps.ts';

export interface ResumePlay {
  readonly playSid: string;
  readonly resumeId: string;
  readonly payload: string;
  readonly resumedBy: string;
  /** Moves the play to this version of its workflow; empty = it stays. */
  readonly versionSid: string;
}

/** When the answer was first accepted, or how many people have yet to give an equal one. */
export async function resumePlay(deps: CommandDeps, resume: ResumePlay): Promise<AnswerOutcome> {
  const { playSid, resumeId, payload } = resume;
  const problem = documentProblem(payload);
  if (problem !== undefined) throw invalid([{ field: 'payload_json', description: problem }], 'INVALID_PAYLOAD');
  const play = await deps.store.find(playSid);
  if (play === undefined) throw playNotFound(playSid);
  const pause = await deps.store.findPause(playSid, resumeId);
  const moveTo = await versionOf(deps, play, resume.versionSid);
  const standing = standingAnswer(play, pause, resumeId, payload);
  if (standing !== undefined && moveTo === undefined) return { resumedAt: standing, missing: 0 };
  // The schema of a pause never changes, so it can be checked before the pause is decided on.
  if (pause !== undefined && pause.schema !== '') {
    const violations = await deps.schemas.aside.violations(pause.schema, payload, 'payload');
    if (violations.length > 0) throw invalid(violations, 'INVALID_PAYLOAD');
  }
  const given = { payload, by: resume.resumedBy, now: deps.clock.now(), moveTo, groups: groupsOf(deps.config) };
  const outcome = await deps.store.changePause(playSid, resumeId, (found, open) =>
    decideAnswer(found, open, resumeId, given),
  );
  publishChange(deps, outcome.missing > 0 ? play : { sid: playSid, status: 'pending' });
  // A run of the old version has lost its lease: its executor shall hear of it at once.
  if (moveTo !== undefined) deps.signals.publish(topics.cancel);
  return outcome;
}

/** VERSION_NOT_FOUND also for a version of another workflow. */
async function versionOf(deps: CommandDeps, play: Play, versionSid: string): Promise<PlayVersion | undefined> {
  if (versionSid === '' || versionSid === play.versionSid) return undefined;
  const found = await deps.catalog.resolve({ workflowSid: play.workflowSid, workflowName: '', versionSid });
  return { sid: found.versionSid, number: found.versionNumber, limits: found.limits };
}

// Which question of a play is meant: its id or its name, or the only one that is open.

import { HeroError } from '@hero-logic/platform/client';
import type { Play } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { ResumeRequest } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import { clean } from '../text/width.ts';
import { UsageError } from './usage-error.ts';
import { playStatusWord } from './words.ts';

export const isCalled = (question: ResumeRequest, called: string) => question.id === called || question.name === called;

/** By id, else by name; answered questions too, because an equal answer again is ok. */
export function findQuestion(play: Play, called: string): ResumeRequest {
  const open = play.pendingResumes.filter((q) => isCalled(q, called));
  if (open.length > 1)
    throw new UsageError(`several open questions are called "${called}"; use the id:\n${listQuestions(open)}`);
  const question = open[0] ?? play.receivedResumes.findLast((q) => isCalled(q, called));
  if (question !== undefined) return question;
  const asked = `it asks:\n${listQuestions(play.pendingResumes)}`;
  const known = play.pendingResumes.length === 0 ? 'it asks nothing now' : asked;
  throw new HeroError('RESUME_NOT_FOUND', `play ${play.sid} has no question "${called}"; ${known}`);
}

/** The only one that is open. */
export function onlyQuestion(play: Play): ResumeRequest {
  const open = play.pendingResumes;
  const [only] = open;
  if (only === undefined) {
    throw new HeroError('RESUME_NOT_FOUND', `play ${play.sid} (${playStatusWord(play.status)}) asks nothing now`);
  }
  if (open.length > 1) {
    throw new UsageError(`play ${play.sid} asks ${open.length} questions; name one:\n${listQuestions(open)}`);
  }
  return only;
}

function listQuestions(questions: readonly ResumeRequest[]): string {
  return questions.map((q) => `  ${q.id}  ${clean(q.name)}  ${clean(q.message)}`.trimEnd()).join('\n');
}

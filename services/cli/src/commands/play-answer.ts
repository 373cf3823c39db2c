// play answer SID [QUESTION] [VALUE]: answers an open question of a play. With one open question its id may be left out; without a
// value a person at a terminal is asked. An equal answer again is ok again, whichever way it is given.

import { HeroError } from '@hero-logic/platform/client';
import { type Play, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { ResumePlayResponseSchema } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { ResumeRequest } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { failureLines, failureOf } from '../core/fail.ts';
import { leave } from '../core/report-play.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { playStatusWord } from '../core/words.ts';
import { createReadValue } from '../input/read-value.ts';
import { askQuestion, questionLines } from '../question/ask-question.ts';
import { payloadFromText } from '../question/question-form.ts';
import { createPaint } from '../text/style.ts';
import { clean } from '../text/width.ts';
import { versionOf } from './play-fork.ts';

export interface PlayAnswerArgs {
  readonly playSid: string;
  /** [value], [question] or [question, value]. */
  readonly words: readonly string[];
  /** The play goes on with this version. */
  readonly flowVersion?: string;
}

export async function playAnswer(context: Context, args: PlayAnswerArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const play = await clients.plays.getPlay({ playSid: args.playSid, withSpans: false });
  const { question, value } = choose(play, args.words, io.canAsk);
  const to = { play, question, versionSid: await versionOf(context, play, args.flowVersion) };
  if (value === undefined) return askFor(context, to);
  const text = await createReadValue(io)(value, 'VALUE');
  const parsed = payloadFromText(question, text);
  if ('problem' in parsed) throw new UsageError(`the answer to "${question.name}": ${parsed.problem}`);
  return send(context, to, parsed.payload);
}

interface Addressed {
  readonly play: Play;
  readonly question: ResumeRequest;
  readonly versionSid: string;
}

function choose(play: Play, words: readonly string[], canAsk: boolean) {
  const open = play.pendingResumes;
  const [first, second] = words;
  if (first !== undefined && second !== undefined) return { question: find(play, first), value: second };
  if (first !== undefined && canAsk && open.some((q) => isCalled(q, first))) {
    return { question: find(play, first), value: undefined };
  }
  const [only] = open;
  if (only === undefined) {
    throw new HeroError('RESUME_NOT_FOUND', `play ${play.sid} (${playStatusWord(play.status)}) asks nothing now`);
  }
  if (open.length > 1) throw new UsageError(`play ${play.sid} asks ${open.length} questions; name one:\n${list(open)}`);
  if (first === undefined && !canAsk) throw new UsageError('give the answer as VALUE (there is no terminal to ask at)');
  return { question: only, value: first };
}

/** By id, else by name; answered questions too, because an equal answer again is ok. */
function find(play: Play, called: string): ResumeRequest {
  const open = play.pendingResumes.filter((q) => isCalled(q, called));
  if (open.length > 1)
    throw new UsageError(`several open questions are called "${called}"; use the id:\n${list(open)}`);
  const question = open[0] ?? play.receivedResumes.findLast((q) => isCalled(q, called));
  if (question !== undefined) return question;
  const known = play.pendingResumes.length === 0 ? 'it asks nothing now' : `it asks:\n${list(play.pendingResumes)}`;
  throw new HeroError('RESUME_NOT_FOUND', `play ${play.sid} has no question "${called}"; ${known}`);
}

const isCalled = (question: ResumeRequest, called: string) => question.id === called || question.name === called;

function list(questions: readonly ResumeRequest[]): string {
  return questions.map((q) => `  ${q.id}  ${clean(q.name)}  ${clean(q.message)}`.trimEnd()).join('\n');
}

async function askFor(context: Context, to: Addressed): Promise<ExitCode> {
  const { io } = context;
  const { play, question } = to;
  const paint = createPaint(io.color);
  const signal = context.interrupted();
  io.out(`${questionLines(question, paint).join('\n')}\n`);
  for (;;) {
    const reply = await askQuestion({ io, question, paint, signal });
    if (reply.kind !== 'payload') {
      io.out('\n');
      return leave(context, play.sid);
    }
    try {
      return await send(context, to, reply.payload);
    } catch (error) {
      const failure = failureOf(error, context.server);
      if (failure.reason !== 'INVALID_PAYLOAD') throw error;
      for (const line of failureLines(failure)) io.err(`${line}\n`);
    }
  }
}

async function send(context: Context, { play, question, versionSid }: Addressed, payload: string): Promise<ExitCode> {
  const { io, clients } = context;
  const reply = await clients.plays.resumePlay({
    playSid: play.sid,
    resumeId: question.id,
    payloadJson: payload,
    resumedBy: 'cli',
    versionSid,
  });
  if (context.json) io.out(`${JSON.stringify(toJson(ResumePlayResponseSchema, reply))}\n`);
  else io.out(`${clean(question.name)} answered\n`);
  if (!context.json && io.outIsTerminal && play.status === PlayStatus.AWAITING_RESUME) {
    io.err(`Watch it go on with: hero-logic play watch ${play.sid}\n`);
  }
  return EXIT.ok;
}

// play answer SID [QUESTION] [VALUE]: answers an open question of a play. With one open question its id may be left out; without a
// value a person at a terminal is asked. An equal answer again is ok again, whichever way it is given.

import { type Play, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { ResumePlayResponseSchema } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { ResumeRequest } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { failureLines, failureOf } from '../core/fail.ts';
import { leave } from '../core/report-play.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { findQuestion, isCalled, onlyQuestion } from '../core/which-question.ts';
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
  /** Who answers, where no key says it. */
  readonly by?: string;
}

export async function playAnswer(context: Context, args: PlayAnswerArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const play = await clients.plays.getPlay({ playSid: args.playSid, withSpans: false });
  const { question, value } = choose(play, args.words, io.canAsk);
  const { by = 'cli' } = args;
  const to = { play, question, by, versionSid: await versionOf(context, play, args.flowVersion) };
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
  readonly by: string;
}

function choose(play: Play, words: readonly string[], canAsk: boolean) {
  const open = play.pendingResumes;
  const [first, second] = words;
  if (first !== undefined && second !== undefined) return { question: findQuestion(play, first), value: second };
  if (first !== undefined && canAsk && open.some((q) => isCalled(q, first))) {
    return { question: findQuestion(play, first), value: undefined };
  }
  const only = onlyQuestion(play);
  if (first === undefined && !canAsk) throw new UsageError('give the answer as VALUE (there is no terminal to ask at)');
  return { question: only, value: first };
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

async function send(
  context: Context,
  { play, question, versionSid, by }: Addressed,
  payload: string,
): Promise<ExitCode> {
  const { io, clients } = context;
  const reply = await clients.plays.resumePlay({
    playSid: play.sid,
    resumeId: question.id,
    payloadJson: payload,
    resumedBy: by,
    versionSid,
  });
  if (context.json) io.out(`${JSON.stringify(toJson(ResumePlayResponseSchema, reply))}\n`);
  else
    io.out(
      `${clean(question.name)} ${reply.missing !== undefined ? `noted; ${reply.missing} more must agree` : 'answered'}\n`,
    );
  if (!context.json && reply.missing === undefined && io.outIsTerminal && play.status === PlayStatus.AWAITING_RESUME) {
    io.err(`Watch it go on with: hero-logic play watch ${play.sid}\n`);
  }
  return EXIT.ok;
}

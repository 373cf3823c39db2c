// play claim, release and resume-url: what can be done with an open question beside answering it.

import { timeFromPb } from '@hero-logic/platform/client';
import { CreateResumeUrlResponseSchema } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { type ResumeRequest, ResumeRequestSchema } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { findQuestion, onlyQuestion } from '../core/which-question.ts';
import { readSpan } from '../input/read-time.ts';
import { clean } from '../text/width.ts';

export interface PlayQuestionArgs {
  readonly playSid: string;
  /** Id or name; absent = the only one that is open. */
  readonly question?: string;
}

export interface PlayClaimArgs extends PlayQuestionArgs {
  readonly by?: string;
  readonly for?: string;
}

export async function playClaim(context: Context, args: PlayClaimArgs): Promise<ExitCode> {
  const { io, json, clients } = context;
  const asked = await addressed(context, args);
  const span = args.for === undefined ? {} : { expiresIn: readSpan(args.for, '--for') };
  const question = await clients.plays.claimResume({ ...asked, by: args.by ?? '', ...span });
  if (json) return tellJson(context, question);
  const until = new Date(timeFromPb(question.claim?.until) ?? 0).toISOString();
  io.out(`${clean(question.name)} is yours until ${until}\n`);
  return EXIT.ok;
}

export async function playRelease(context: Context, args: Omit<PlayClaimArgs, 'for'>): Promise<ExitCode> {
  const { io, json, clients } = context;
  const question = await clients.plays.releaseResume({ ...(await addressed(context, args)), by: args.by ?? '' });
  if (json) return tellJson(context, question);
  io.out(`${clean(question.name)} is free again\n`);
  return EXIT.ok;
}

export interface PlayResumeUrlArgs extends PlayQuestionArgs {
  readonly expires?: string;
}

/** A link that answers one question, for somebody without a key. */
export async function playResumeUrl(context: Context, args: PlayResumeUrlArgs): Promise<ExitCode> {
  const { io, json, clients, server } = context;
  const span = args.expires === undefined ? {} : { expiresIn: readSpan(args.expires, '--expires') };
  const link = await clients.plays.createResumeUrl({ ...(await addressed(context, args)), ...span });
  if (json) {
    io.out(`${JSON.stringify(toJson(CreateResumeUrlResponseSchema, link))}\n`);
    return EXIT.ok;
  }
  io.out(`${link.url.startsWith('/') ? server : ''}${link.url}\n`);
  io.err(`Whoever has it can answer, until ${new Date(timeFromPb(link.expiresAt) ?? 0).toISOString()}\n`);
  return EXIT.ok;
}

async function addressed({ clients }: Context, { playSid, question }: PlayQuestionArgs) {
  const play = await clients.plays.getPlay({ playSid, withSpans: false });
  const { id } = question === undefined ? onlyQuestion(play) : findQuestion(play, question);
  return { playSid, resumeId: id };
}

function tellJson({ io }: Context, question: ResumeRequest): ExitCode {
  io.out(`${JSON.stringify(toJson(ResumeRequestSchema, question))}\n`);
  return EXIT.ok;
}

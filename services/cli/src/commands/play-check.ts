// play check SID: whether a version still meets what a play has recorded. Runs no step, changes nothing. Exit 1 where they part.

import { CheckReplayResponseSchema } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { clean } from '../text/width.ts';
import { versionOf } from './play-fork.ts';

export interface PlayCheckArgs {
  readonly playSid: string;
  readonly flowVersion?: string;
}

export async function playCheck(context: Context, args: PlayCheckArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const play = await clients.plays.getPlay({ playSid: args.playSid, withSpans: false });
  const versionSid = await versionOf(context, play, args.flowVersion);
  const reply = await clients.plays.checkReplay({ playSid: play.sid, versionSid });
  if (context.json) io.out(`${JSON.stringify(toJson(CheckReplayResponseSchema, reply))}\n`);
  else {
    const { divergence, stepsMatched, stepsRecorded, reached } = reply;
    const met = `${stepsMatched} of ${stepsRecorded} recorded steps met, up to ${clean(reached)}`;
    io.out(`${reply.matches ? 'matches' : 'differs'}: ${met}\n`);
    if (divergence !== undefined) io.out(`${clean(divergence.message)}\n`);
  }
  return reply.matches ? EXIT.ok : EXIT.failed;
}

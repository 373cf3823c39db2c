// play cancel SID and play terminate SID: stop a play, with its grace or without. Stopping one that has ended changes nothing and says how it ended.

import { PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { isTerminal, playStatusWord } from '../core/words.ts';

export interface PlayCancelArgs {
  readonly playSid: string;
  readonly reason?: string;
  /** Without grace. */
  readonly atOnce?: boolean;
}

export async function playCancel(context: Context, args: PlayCancelArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const request = { playSid: args.playSid, reason: args.reason ?? '' };
  const play = await (args.atOnce ? clients.plays.terminatePlay(request) : clients.plays.cancelPlay(request));
  if (context.json) io.out(`${JSON.stringify(toJson(PlaySchema, play))}\n`);
  else if (play.status === PlayStatus.CANCELLED) io.out('cancelled\n');
  else if (isTerminal(play.status)) io.out(`ended before: ${playStatusWord(play.status)}\n`);
  else io.out(`being stopped (${playStatusWord(play.status)})\n`);
  return EXIT.ok;
}

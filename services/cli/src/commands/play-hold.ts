// play pause SID and play unpause SID: an operator holds a play, and lets it go on.

import { type Play, PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { isTerminal, playStatusWord } from '../core/words.ts';

export interface PlayPauseArgs {
  readonly playSid: string;
  readonly reason?: string;
  readonly by?: string;
}

export async function playPause(context: Context, args: PlayPauseArgs): Promise<ExitCode> {
  const { playSid, reason = '', by = '' } = args;
  const play = await context.clients.plays.pausePlay({ playSid, reason, by });
  return tell(context, play, play.status === PlayStatus.RUNNING ? 'held; it stops after the present step' : 'held');
}

export async function playUnpause(context: Context, playSid: string): Promise<ExitCode> {
  const play = await context.clients.plays.unpausePlay({ playSid });
  const word = playStatusWord(play.status);
  return tell(context, play, isTerminal(play.status) ? `ended before: ${word}` : `goes on (${word})`);
}

function tell({ io, json }: Context, play: Play, text: string): ExitCode {
  io.out(json ? `${JSON.stringify(toJson(PlaySchema, play))}\n` : `${text}\n`);
  return EXIT.ok;
}

// play watch SID: the tree as it grows on a terminal, change lines elsewhere; ends with the play's exit code.

import type { Context } from '../core/context.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { leave, reportPlay } from '../core/report-play.ts';
import { exitCodeOfPlay } from '../core/words.ts';
import { watchLive } from '../watch/watch-live.ts';
import { watchPlain } from '../watch/watch-plain.ts';

export async function playWatch(context: Context, args: { readonly playSid: string }): Promise<ExitCode> {
  const { io, json } = context;
  const { playSid } = args;
  const outcome = io.canAsk && !json ? await watchLive(context, playSid) : await watchPlain(context, playSid);
  if (outcome === 'left') return leave(context, playSid);
  const play = await context.clients.plays.getPlay({ playSid, withSpans: false });
  // With JSON output the last change line has said it.
  return json ? exitCodeOfPlay(play) : reportPlay(context, play);
}

// Waiting for a play to end or to ask, and telling how it then stands.

import type { Play } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { WaitUntil } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import { leave, reportPlay } from './report-play.ts';
import { isSettled } from './words.ts';

/** One call waits at most so long, so that nothing between here and the server thinks the connection dead. */
const WAIT_MS = 30_000n;

export async function settlePlay(context: Context, started: Play): Promise<ExitCode> {
  const signal = context.interrupted();
  const { plays } = context.clients;
  let play = started;
  try {
    do {
      play = await plays.waitPlay({ playSid: started.sid, timeoutMs: WAIT_MS, until: WaitUntil.SETTLED }, { signal });
    } while (!isSettled(play));
  } catch (error) {
    if (signal.aborted) return leave(context, started.sid);
    throw error;
  }
  return reportPlay(context, play);
}

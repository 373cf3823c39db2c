import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { plays } from '../../api/clients.ts';
import { type PastAnswers, pastAnswers } from '../../models/past-answers.ts';
import { playFromPb } from '../../models/play.ts';

const PLAYS = 30;

/** What the latest ended plays of a flow came to after their answers to a question. */
export async function readPast(workflowSid: string, name: string, signal: AbortSignal): Promise<PastAnswers> {
  const status = [PlayStatus.SUCCESS, PlayStatus.FAILED, PlayStatus.TIMED_OUT];
  const page = await plays.listPlays({ workflowSid, status, pageSize: PLAYS }, { signal });
  const whole = await Promise.all(
    page.plays.map((p) => plays.getPlay({ playSid: p.sid, withSpans: false }, { signal })),
  );
  return pastAnswers(whole.map(playFromPb), name);
}

import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { plays } from '../../api/clients/plays.ts';
import { spans } from '../../api/clients/spans.ts';
import { newestByAnswer, type PastAnswers, pastAnswers, stepsAfter } from '../../models/past-answers.ts';
import { playFromPb } from '../../models/play.ts';
import { spanFromPb } from '../../models/span.ts';

const PLAYS = 30;
/** Of so many answers the steps that followed are read. */
const ANSWERS = 8;
const SPANS = 500;

/** What the latest ended plays of a flow came to after their answers to a question, and which steps ran then. */
export async function readPast(workflowSid: string, name: string, signal: AbortSignal): Promise<PastAnswers> {
  const status = [PlayStatus.SUCCESS, PlayStatus.FAILED, PlayStatus.TIMED_OUT];
  const page = await plays.listPlays({ workflowSid, status, pageSize: PLAYS }, { signal });
  const whole = await Promise.all(
    page.plays.map((p) => plays.getPlay({ playSid: p.sid, withSpans: false }, { signal })),
  );
  const past = whole.map(playFromPb);
  const { hints, n } = pastAnswers(past, name);
  const newest = [...newestByAnswer(past, name)].slice(0, ANSWERS);
  const then = await Promise.all(
    newest.map(async ([answer, { play, at }]) => {
      const read = await spans.listSpans({ playSid: play.sid, pageSize: SPANS, skeleton: true }, { signal });
      return [answer, stepsAfter(read.spans.map(spanFromPb), at)] as const;
    }),
  );
  return {
    n,
    hints: new Map([...hints, ...then.map(([answer, text]) => [answer, `${hints.get(answer)}; ${text}`] as const)]),
  };
}

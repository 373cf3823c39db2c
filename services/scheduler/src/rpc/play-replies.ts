// Plays as replies carry them, and waiting for one to be worth a reply.

import { topics, waitUntil } from '@hero-logic/platform';
import type { Play as PbPlay } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Spans } from '../clients/spans.ts';
import type { CommandDeps } from '../domain/commands/deps.ts';
import { playNotFound } from '../domain/errors.ts';
import { isTerminal } from '../domain/play.ts';
import { RETENTION } from '../domain/removal/removal-store.ts';
import { playDetailsToPb } from './play-codec.ts';

const SKELETON_LIMIT = 1000;

/** The play with documents and questions. PLAY_NOT_FOUND. */
export async function playReply(deps: CommandDeps, playSid: string): Promise<PbPlay> {
  const details = await deps.store.details(playSid);
  if (details === undefined) throw playNotFound(playSid);
  const reply = playDetailsToPb(details, deps.clock.now());
  const removal = isTerminal(details.play.status) ? await deps.removals.find(playSid) : undefined;
  if (removal !== undefined) reply.warnings.push(hiddenWarning(removal.by));
  return reply;
}

function hiddenWarning(by: string): string {
  const who = by === RETENTION ? 'retention' : `bulk job ${by}`;
  return `this play is being removed by ${who} and is not listed any more`;
}

/** The play with the skeleton of its tree; an executor that does not answer costs the tree, not the reply. */
export async function playReplyWithSpans(
  deps: CommandDeps,
  spans: Spans,
  playSid: string,
  abort: AbortSignal,
): Promise<PbPlay> {
  const play = await playReply(deps, playSid);
  try {
    const skeleton = await spans.skeleton(playSid, SKELETON_LIMIT, abort);
    play.spans = skeleton.spans;
    play.spansOmitted = skeleton.omitted;
    if (skeleton.count > play.spanCount) play.spanCount = skeleton.count;
  } catch (error) {
    deps.log.warn({ err: error, play_sid: playSid }, 'no spans for a reply');
    play.warnings.push('the spans could not be read at this moment');
  }
  return play;
}

export interface PlayWait {
  readonly playSid: string;
  readonly until: 'settled' | 'terminal';
  /** Milliseconds; 0 = as long as the caller waits. */
  readonly timeoutMs: number;
  readonly abort: AbortSignal;
}

/** Waits, and gives the play as it then stands. PLAY_NOT_FOUND. */
export async function waitForPlay(deps: CommandDeps, wait: PlayWait): Promise<PbPlay> {
  const { playSid } = wait;
  await waitUntil({
    signals: deps.signals,
    topics: [topics.play(playSid)],
    timeoutMs: wait.timeoutMs === 0 ? Number.POSITIVE_INFINITY : wait.timeoutMs,
    abort: wait.abort,
    check: async () => {
      const found = await deps.store.findSettled(playSid);
      if (found === undefined) throw playNotFound(playSid);
      const over = wait.until === 'terminal' ? isTerminal(found.play.status) : found.settled;
      return over ? true : undefined;
    },
  });
  return playReply(deps, playSid);
}

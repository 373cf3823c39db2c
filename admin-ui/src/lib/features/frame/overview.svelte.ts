// What is not over yet, read once for the whole page: the side bar, Home and Needs answer show the same.

import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { plays } from '../../api/clients/plays.ts';
import { createLoad, every } from '../../api/load.svelte.ts';
import { asksAPerson, type Play, playFromPb } from '../../models/play.ts';

export interface Overview {
  /** Plays with an open question, oldest first. */
  readonly asking: readonly Play[];
  /** Open questions of all of them. */
  readonly questions: number;
  /** Running and queued, oldest first. */
  readonly under: readonly Play[];
  /** Plays that sleep or wait for other plays. */
  readonly resting: number;
  /** There are more plays than were read: every number is a least. */
  readonly more: boolean;
}

const PAGE = 500;
const EVERY_MS = 4000;

export const overview = createLoad<Overview>(async (signal) => {
  const status = [PlayStatus.PENDING, PlayStatus.RUNNING, PlayStatus.AWAITING_RESUME];
  const page = await plays.listPlays({ status, pageSize: PAGE }, { signal });
  const open = page.plays.map(playFromPb).reverse();
  const asking = open.filter(asksAPerson);
  return {
    asking,
    questions: asking.reduce((sum, p) => sum + p.waits.filter((w) => w.kind === 'answer').length, 0),
    under: open.filter((p) => p.status === 'running' || p.status === 'pending'),
    resting: open.filter((p) => p.status === 'awaiting_resume').length - asking.length,
    more: page.nextPageToken !== '',
  };
});

/** Keeps it fresh; call it in an effect of the frame and return the result. */
export function followOverview(): () => void {
  void overview.reload();
  const stop = every(EVERY_MS, () => void overview.reload());
  return () => {
    stop();
    overview.stop();
  };
}

// One thing done to many plays, a few at a time, while this page is open. What was refused is named at the end.

import { plays } from '../../api/clients/plays.ts';
import { toApiError } from '../../api/errors.ts';
import type { Play } from '../../models/play.ts';
import { isEnded } from '../../models/status.ts';

export interface BulkJob {
  readonly word: string;
  readonly total: number;
  readonly done: number;
  /** What went wrong, with how many plays. */
  readonly refused: ReadonlyMap<string, number>;
  readonly over: boolean;
}

const AT_ONCE = 4;

let job = $state.raw<BulkJob>();

async function run(word: string, list: readonly Play[], one: (play: Play) => Promise<unknown>): Promise<void> {
  const refused = new Map<string, number>();
  const queue = [...list];
  let done = 0;
  const tell = (over: boolean) => {
    job = { word, total: list.length, done, refused: new Map(refused), over };
  };
  tell(false);
  const work = async () => {
    for (let play = queue.shift(); play !== undefined; play = queue.shift()) {
      try {
        await one(play);
      } catch (caught) {
        const { message } = toApiError(caught);
        refused.set(message, (refused.get(message) ?? 0) + 1);
      }
      done++;
      tell(false);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  tell(true);
}

export const bulk = {
  get job(): BulkJob | undefined {
    return job;
  },
  dismiss(): void {
    job = undefined;
  },
  cancel: (list: readonly Play[]): Promise<void> =>
    run(
      'Cancelling',
      list.filter((p) => !isEnded(p.status)),
      (p) => plays.cancelPlay({ playSid: p.sid, reason: 'cancelled with others in the admin UI' }),
    ),
  /** As forks: the same version and input, nothing kept. */
  runAgain: (list: readonly Play[]): Promise<void> =>
    run('Running again', list, (p) => plays.forkPlay({ playSid: p.sid })),
};

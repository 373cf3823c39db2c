// Ends what is still open in the tree of a play that ended without a process: nobody else would.

import type { Clock } from '@hero-logic/platform';
import { isOpen } from '../domain/span.ts';
import type { PlayRecords } from '../ingest/play-records.ts';
import type { PlayDirectory } from './play-directory.ts';

/** How many spans were ended; 0 while the play is live. */
export type CloseSpans = (playSid: string) => Promise<number>;

export function createCloseSpans(options: {
  readonly records: PlayRecords;
  readonly plays: PlayDirectory;
  readonly clock: Clock;
}): CloseSpans {
  return async (playSid) => {
    if (await options.plays.isLive(playSid)) return 0;
    const record = await options.records.open(playSid);
    try {
      const statuses = [...record.tree.spans()].map(({ status }) => status);
      record.tree.closeOpen({ open: 'cancelled', waiting: 'cancelled', atMs: options.clock.now() });
      await record.flush();
      return statuses.filter((status) => isOpen(status) || status === 'awaiting_resume').length;
    } finally {
      options.records.close(record);
    }
  };
}

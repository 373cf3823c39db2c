// The records that are open in this process, one per play however many use it (its run, pushed events): two would number changes twice.

import { openPlayRecord, type PlayRecord, type PlayRecordDeps } from './play-record.ts';

export interface PlayRecords {
  /** Opens the record, or shares the open one. Each open wants one close. */
  open(playSid: string): Promise<PlayRecord>;
  close(record: PlayRecord): void;
  /** Closes it for everyone: the next open reads the store anew. */
  forget(record: PlayRecord): void;
  /** Records that are open. */
  count(): number;
}

interface Shared {
  readonly record: Promise<PlayRecord>;
  users: number;
}

export type PlayRecordsDeps = Omit<PlayRecordDeps, 'commitDelayMs'> & { readonly commitDelayMs: number };

/** Where more plays are open, each step takes longer, and what nobody waits for waits longer to share the batch of its end. */
const CROWD = 12;
const CROWD_FACTOR = 5;

export function createPlayRecords(given: PlayRecordsDeps): PlayRecords {
  const open = new Map<string, Shared>();
  const deps = { ...given, commitDelayMs: () => given.commitDelayMs * (open.size > CROWD ? CROWD_FACTOR : 1) };

  return {
    async open(playSid) {
      let shared = open.get(playSid);
      if (shared === undefined) {
        shared = { record: openPlayRecord(deps, playSid), users: 0 };
        open.set(playSid, shared);
      }
      shared.users += 1;
      try {
        return await shared.record;
      } catch (error) {
        if (open.get(playSid) === shared) open.delete(playSid);
        throw error;
      }
    },
    close(record) {
      const shared = open.get(record.playSid);
      if (shared === undefined) return;
      shared.users -= 1;
      if (shared.users <= 0) open.delete(record.playSid);
    },
    forget(record) {
      record.discard();
      open.delete(record.playSid);
    },
    count: () => open.size,
  };
}

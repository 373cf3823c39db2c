// Jobs of side-writer.test.ts, which the thread imports.

import { isMainThread } from 'node:worker_threads';
import type { SideJob } from './side-job.ts';

export const BAD = 'bad';

interface Keys {
  readonly keys: readonly string[];
  /** With this one inside: it waits until the first word is not 0, or (no words) its process, the thread, ends. */
  readonly stopAt?: string;
  readonly words?: Int32Array;
}

/** Inserts those that are not there, each in a small write; BAD fails. How many they are. */
export const INSERT: SideJob<Keys, number> = {
  module: import.meta.url,
  name: 'INSERT',
  run(write, { keys, stopAt, words }) {
    for (const key of keys) {
      write((sql) => {
        sql.run('INSERT OR IGNORE INTO t VALUES (?)', key);
        if (key === BAD) throw new Error('a bad key');
        if (key !== stopAt) return;
        // Done again, it is done without the thread.
        if (isMainThread) return;
        if (words === undefined) process.exit(1);
        stop(words);
      });
    }
    return keys.length;
  },
};

function stop(words: Int32Array): void {
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
  Atomics.wait(words, 0, 0);
}

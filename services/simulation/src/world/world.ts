// What the parts of one world share.

import type { Interpreters } from '@hero-logic/executor';
import type { Clock, Database } from '@hero-logic/platform';
import type { Random } from '@hero-logic/platform/testing';
import type { Ledger } from '../check/ledger.ts';
import type { Files } from '../virtual/files.ts';
import type { Loop } from '../virtual/loop.ts';
import type { Faults } from './faults.ts';

export interface World {
  readonly loop: Loop;
  readonly random: Random;
  readonly faults: Faults;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly files: Files;
  readonly plant: Plant;
  trace(text: string): void;
}

/** A bug put in on purpose, to see that it is found. */
export interface Plant {
  database?(db: Database, of: 'scheduler' | 'executor', world: World): Database;
  interpreters?(interpreters: Interpreters, world: World): Interpreters;
  /** Every answer is acknowledged, also one that was refused. */
  readonly takesAll?: boolean;
}

/** The clock of whoever asks. */
export function createWorldClock(loop: Loop): Clock {
  return {
    now: () => Math.floor(loop.now()),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const task = loop.post(loop.current(), ms, resolve);
        signal?.addEventListener(
          'abort',
          () => {
            loop.cancel(task);
            resolve();
          },
          { once: true },
        );
      }),
  };
}

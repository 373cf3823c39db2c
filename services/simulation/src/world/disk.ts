// A disk outlives the processes that use it. A process that is gone writes nothing; a commit may fail, or be made and not be reported.

import type { Database } from '@hero-logic/platform';
import { openDatabase } from '@hero-logic/platform';
import { type CommitFault, createFaultyDatabase } from '@hero-logic/platform/testing';
import type { Proc } from '../virtual/loop.ts';
import type { World } from './world.ts';

export interface Disk {
  /** What is on it, for those who check. */
  readonly content: Database;
  /** Commits so far. */
  commits(): number;
  mount(proc: Proc, crash: () => void): Database;
}

export function createDisk(world: World, of: 'scheduler' | 'executor'): Disk {
  const content = openDatabase(':memory:');
  let commits = 0;
  return {
    content,
    commits: () => commits,
    mount(proc, crash) {
      const next = (): CommitFault | undefined => {
        commits += 1;
        const fault = world.faults.commit();
        if (fault === undefined) return undefined;
        world.trace(`disk of ${proc.name}: ${fault}`);
        if (fault === 'lost' || fault === 'unheard') return fault;
        content.exec(fault === 'crash-before' ? 'ROLLBACK' : 'COMMIT');
        crash();
        return 'lost';
      };
      const db = createFaultyDatabase(content, next);
      const planted = world.plant.database?.(db, of, world) ?? db;
      const alive = <F extends (...args: never[]) => unknown>(fn: F): F =>
        ((...args) => {
          if (!proc.alive) throw new Error('the process is gone');
          return fn(...args);
        }) as F;
      return {
        run: alive(planted.run),
        get: alive(planted.get),
        all: alive(planted.all),
        exec: alive(planted.exec),
        copyLogAside: () => {},
        close: () => {},
      };
    },
  };
}

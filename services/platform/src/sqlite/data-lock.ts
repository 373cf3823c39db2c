// One process per data folder. The lock is an exclusive SQLite transaction on a file of its own: the kernel releases it with the
// process, however that ends, so there is no stale lock to clean.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '../env.ts';

export interface DataLock {
  release(): void;
}

/** Holds while its result is kept: one that nobody refers to is collected, and lets go. Throws a ConfigError that says which folder is taken. */
export function lockDataFolder(dir: string): DataLock {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(join(dir, 'lock.sqlite'), { timeout: 0 });
  try {
    db.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    throw new ConfigError(
      'the data',
      `in ${dir} is in use by another hero-logic. Stop that one (hero-logic --stop), or start this one with another PATH_ROOT and --port.`,
    );
  }
  return {
    release: () => {
      db.exec('ROLLBACK');
      db.close();
    },
  };
}

/** SQLITE_BUSY. Anything else (a disk that is full, a folder that is not ours) says what it is by itself. */
function isBusy(error: unknown): boolean {
  return (error as { errcode?: number }).errcode === 5;
}

// Group commit: what many callers write within one turn of the event loop becomes durable with one fsync.
//
// `write(work)` runs `work` inside a transaction and resolves with its result once that transaction is durable. Works run in the
// order of their calls; one that throws is rolled back alone (a savepoint) and rejects alone. A commit that fails rejects every
// work of its batch: as a rule nothing of it was written, but a commit can also be made and reported as failed.
//
// `writeLoosely` is for what is done again when it is not there, as retention does. It spares the fsync: a process that is killed
// takes nothing back, a loss of power may take back the last of it, up to the next commit of a `write`.

import { HeroError } from '../errors/hero-error.ts';
import type { Database, Sql } from './database.ts';

export interface GroupCommit {
  /** `writers` says, once it is written, of how many the work was; 1 when left out. */
  write<T>(work: (sql: Sql) => T, writers?: () => number): Promise<T>;
  /** As `write`, but resolves before it is durable, where this is the only file. */
  writeLoosely<T>(work: (sql: Sql) => T): Promise<T>;
  /** So many are at work that each write by themselves. A crowd's commits wait a millisecond for more of it: one sync serves most. */
  expect(writers: number): void;
  /** Commits what is queued. Later writes are refused. */
  close(): void;
  /** Commits and works so far, for metrics. */
  stats(): { readonly commits: number; readonly works: number };
}

interface Queued {
  readonly work: (sql: Sql) => unknown;
  readonly writers: (() => number) | undefined;
  readonly loosely: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

const CROWD = 12;
const LINGER_MS = 1;

export interface GroupCommitOptions {
  /** All that services write about plays is in this file: what a loss of power takes back, it takes back for all of them. */
  readonly isOnlyFile?: boolean;
}

export function createGroupCommit(db: Database, { isOnlyFile = false }: GroupCommitOptions = {}): GroupCommit {
  let queue: Queued[] = [];
  let scheduled = false;
  let closed = false;
  let commits = 0;
  let works = 0;
  let lastBatch = 0;
  let writers = 0;

  /** At once for one alone. Where several wrote together last time, what is ready to be read by now joins; of a crowd, what comes soon. */
  function schedule(): void {
    if (lastBatch <= 1) setImmediate(flush);
    else if (writers < CROWD) setImmediate(() => setImmediate(flush));
    else setTimeout(flush, LINGER_MS);
  }

  function flush(): void {
    scheduled = false;
    if (queue.length === 0) return;
    const batch = queue;
    queue = [];
    const loosely = batch.every((item) => item.loosely);
    const settled: (() => void)[] = [];
    try {
      if (loosely) db.exec('PRAGMA synchronous = NORMAL');
      db.run('BEGIN IMMEDIATE');
      for (const item of batch) settled.push(runOne(item, batch.length > 1));
      db.run('COMMIT');
    } catch (error) {
      rollBack();
      const told = storeFailure(error);
      for (const item of batch) item.reject(told);
      return;
    } finally {
      if (loosely) db.exec('PRAGMA synchronous = FULL');
    }
    const done = batch.reduce((sum, item) => sum + (item.writers?.() ?? 1), 0);
    commits += 1;
    works += done;
    // Who writes loosely waits for nobody, and says nothing about how many others do.
    if (!loosely) lastBatch = done;
    for (const settle of settled) settle();
  }

  function runOne(item: Queued, shared: boolean): () => void {
    if (!shared) return runAlone(item);
    db.run('SAVEPOINT work');
    try {
      const value = item.work(db);
      db.run('RELEASE work');
      return () => item.resolve(value as never);
    } catch (error) {
      undo('ROLLBACK TO work; RELEASE work', error);
      return () => item.reject(storeFailure(error));
    }
  }

  function runAlone(item: Queued): () => void {
    try {
      const value = item.work(db);
      return () => item.resolve(value as never);
    } catch (error) {
      undo('ROLLBACK; BEGIN IMMEDIATE', error);
      return () => item.reject(storeFailure(error));
    }
  }

  /** Of one work. Where SQLite has given up the whole transaction, that is the failure of all: none of them was written. */
  function undo(sql: string, error: unknown): void {
    try {
      db.exec(sql);
    } catch {
      throw error;
    }
  }

  function rollBack(): void {
    try {
      db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (a full disk, for example): there is no transaction left to end.
    }
  }

  function enqueue<T>(work: (sql: Sql) => T, loosely: boolean, writers?: () => number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (closed) return reject(new Error('the store is closed'));
      queue.push({ work, writers, loosely, resolve: resolve as (value: never) => void, reject });
      if (!scheduled) {
        scheduled = true;
        schedule();
      }
    });
  }

  return {
    write: (work, by) => enqueue(work, false, by),
    writeLoosely: (work) => enqueue(work, isOnlyFile),
    expect(count) {
      writers = count;
    },
    close() {
      flush();
      closed = true;
    },
    stats: () => ({ commits, works }),
  };
}

/** SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: there is no room for the index of the write-ahead log to grow. */
const FULL_CODES: readonly unknown[] = [13, 4874];

/** SQLite may have given up the whole transaction with it. */
export function isDiskFull(error: unknown): boolean {
  return FULL_CODES.includes((error as { errcode?: number } | null)?.errcode);
}

/** A full disk passes: whoever repeats an UNAVAILABLE goes on when there is room again. */
function storeFailure(error: unknown): unknown {
  if (!isDiskFull(error)) return error;
  const message = 'the disk that holds the data is full, and nothing was written; free some room, then repeat the call';
  return new HeroError('UNAVAILABLE', message, { cause: error });
}

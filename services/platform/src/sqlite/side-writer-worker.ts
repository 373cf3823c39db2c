// The thread of side-writer.ts.

import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from './database.ts';
import type { SideJob, SideWrite } from './side-job.ts';
import type { SideReply, SideRequest } from './side-writer.ts';
import { joinTurns } from './write-turns.ts';

/** Of a transaction. Pages that its writes share are written once, and every commit costs the loop's connection its cached pages. */
const LONGEST_MS = 3;
/** Changed rows until the write-ahead log is copied into the file, between jobs: no one else has to, and it starts again from its beginning. */
const ROWS_OF_LOG = 5000;

const { file, shared } = workerData as { file: string; shared: SharedArrayBuffer };
const turns = joinTurns(shared);
const db = openDatabase(file);
// What is done here is repeated when it is not there. Nobody waits for a sync, and the log is copied without the turn.
db.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');
let copiedRows = 0;

let last = Promise.resolve();
parentPort?.on('message', (request: SideRequest | 'end') => {
  last = last.then(() => (request === 'end' ? close() : serve(request)));
});

function close(): void {
  db.close();
  parentPort?.close();
}

async function serve(request: SideRequest): Promise<void> {
  parentPort?.postMessage(await answer(request));
  copyLog();
}

async function answer({ id, module, name, args }: SideRequest): Promise<SideReply> {
  try {
    const job = (await import(module))[name] as SideJob<unknown, unknown>;
    return { id, value: runJob(job, args) };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { id, failure: { message, errcode } };
  }
}

function runJob(job: SideJob<unknown, unknown>, args: unknown): unknown {
  let begun: number | undefined;
  const end = (how: 'COMMIT' | 'ROLLBACK') => {
    if (begun === undefined) return;
    begun = undefined;
    try {
      db.run(how);
    } catch (error) {
      rollBack();
      throw error;
    } finally {
      turns.giveBack();
    }
  };
  const begin = () => {
    turns.take();
    try {
      db.run('BEGIN IMMEDIATE');
    } catch (error) {
      turns.giveBack();
      throw error;
    }
    return performance.now();
  };
  const write: SideWrite = (work) => {
    begun ??= begin();
    const value = work(db);
    if (turns.isWanted() || performance.now() - begun > LONGEST_MS) end('COMMIT');
    return value;
  };
  try {
    const value = job.run(write, args);
    end('COMMIT');
    return value;
  } finally {
    // Of one that has thrown.
    end('ROLLBACK');
  }
}

function rollBack(): void {
  try {
    db.run('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself.
  }
}

/** PASSIVE takes no lock that a writer needs. */
function copyLog(): void {
  const rows = db.get<{ n: number }>('SELECT total_changes() AS n')?.n ?? 0;
  if (rows - copiedRows < ROWS_OF_LOG) return;
  copiedRows = rows;
  db.all('PRAGMA wal_checkpoint(PASSIVE)');
}

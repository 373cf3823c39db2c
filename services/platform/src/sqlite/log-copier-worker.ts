// The thread of log-copier.ts.

import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const db = new DatabaseSync((workerData as { file: string }).file);
// A checkpoint syncs the log before, and the file after.
db.exec('PRAGMA synchronous = FULL');
// What others write meanwhile waits for nobody: PASSIVE takes no lock that a writer needs.
const copy = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort?.on('message', () => {
  copy.all();
  parentPort?.postMessage('done');
});

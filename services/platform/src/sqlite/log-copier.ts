// Copies the write-ahead log into the file from a thread of its own, while somebody writes so much that it would often be full: whoever
// fills it copies it within his own commit, and everybody waits. What this thread has not copied by then is copied as ever.

import { Worker } from 'node:worker_threads';

export interface LogCopier {
  /** Something was written. */
  copySoon(): void;
  close(): void;
}

/** The thread ends when it has had nothing to do for so long. */
const IDLE_MS = 5000;

export function createLogCopier(file: string): LogCopier {
  let worker: Worker | undefined;
  let isBusy = false;
  let isWanted = false;
  let idle: NodeJS.Timeout | undefined;

  function end(): void {
    clearTimeout(idle);
    void worker?.terminate();
    worker = undefined;
    isBusy = false;
  }

  function start(): Worker {
    const started = new Worker(new URL('./log-copier-worker.ts', import.meta.url), {
      workerData: { file },
      env: {},
      execArgv: [],
    });
    started.unref();
    started.on('message', () => {
      isBusy = false;
      if (isWanted) copySoon();
    });
    // Without it the log is copied by those who fill it.
    started.on('error', end);
    return started;
  }

  function copySoon(): void {
    isWanted = isBusy;
    if (isBusy) return;
    isBusy = true;
    worker ??= start();
    worker.postMessage('copy');
    clearTimeout(idle);
    idle = setTimeout(end, IDLE_MS).unref();
  }

  return { copySoon, close: end };
}

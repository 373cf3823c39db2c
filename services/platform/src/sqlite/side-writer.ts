// A thread with a connection of its own for long work on the database: the event loop goes on meanwhile. It takes turns with the group
// commit (write-turns.ts). It starts with its first job, and ends when it has had none for a while.

import { Worker } from 'node:worker_threads';
import { HeroError } from '../errors/hero-error.ts';
import type { SideJob } from './side-job.ts';
import { createTurns, type LoopTurns } from './write-turns.ts';

export interface SideWriter {
  readonly turns: LoopTurns;
  /** False: the thread has died, and there will be no other. */
  isThere(): boolean;
  /** What the job gives. Rejects with a SideWriterGone when the thread dies. */
  run<A, T>(job: SideJob<A, T>, args: A): Promise<T>;
  /** Ends the thread when it has done its jobs. */
  close(): Promise<void>;
}

export class SideWriterGone extends Error {}

export interface SideRequest {
  readonly id: number;
  readonly module: string;
  readonly name: string;
  readonly args: unknown;
}

export type SideReply = { readonly id: number } & ({ readonly value: unknown } | { readonly failure: SideFailure });

export interface SideFailure {
  readonly message: string;
  /** Of SQLite. */
  readonly errcode: number | undefined;
}

const IDLE_MS = 5000;

export function createSideWriter(
  file: string,
  options: { readonly onGone: (error: Error | undefined) => void },
): SideWriter {
  const turns = createTurns();
  const open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let ended: Promise<void> = Promise.resolve();
  let lastId = 0;
  let isGone = false;
  let isClosed = false;
  let idle: NodeJS.Timeout | undefined;

  function settle(reply: SideReply): void {
    const job = open.get(reply.id);
    open.delete(reply.id);
    if ('value' in reply) job?.resolve(reply.value as never);
    else job?.reject(Object.assign(new Error(reply.failure.message), { errcode: reply.failure.errcode }));
    if (open.size === 0) idle = setTimeout(() => void end(), IDLE_MS).unref();
  }

  function start(): Worker {
    const started = new Worker(new URL('./side-writer-worker.ts', import.meta.url), {
      workerData: { file, shared: turns.shared },
      env: {},
      execArgv: [],
    });
    started.unref();
    let error: Error | undefined;
    started.on('message', settle);
    started.on('error', (thrown: Error) => {
      error = thrown;
    });
    ended = new Promise((resolve) => {
      started.on('exit', () => {
        // Another one may have begun since this was told to end.
        if (worker === started || worker === undefined) left(worker === started, error);
        resolve();
      });
    });
    return started;
  }

  function left(byItself: boolean, error: Error | undefined): void {
    turns.dropThread();
    worker = undefined;
    if (byItself) {
      isGone = true;
      options.onGone(error);
    }
    for (const { reject } of open.values()) reject(new SideWriterGone('the thread has died', { cause: error }));
    open.clear();
  }

  /** The connection is closed when it has. */
  function end(): Promise<void> {
    clearTimeout(idle);
    // Who waits for it shall see its end.
    worker?.ref();
    worker?.postMessage('end');
    worker = undefined;
    return ended;
  }

  return {
    turns,
    isThere: () => !isGone,
    run: <A, T>(job: SideJob<A, T>, args: A) =>
      new Promise<T>((resolve, reject) => {
        if (isClosed) return reject(new HeroError('UNAVAILABLE', 'the store is closed'));
        clearTimeout(idle);
        worker ??= start();
        const id = ++lastId;
        open.set(id, { resolve, reject });
        const request: SideRequest = { id, module: job.module, name: job.name, args };
        worker.postMessage(request);
      }),
    close() {
      isClosed = true;
      return end();
    },
  };
}

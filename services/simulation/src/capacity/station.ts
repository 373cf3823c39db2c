// What does one thing after the other: a processor, a store. Whoever comes while it is busy waits in a queue.

import type { FastLoop } from '../virtual/fast-loop.ts';

export interface Station {
  /** Resolves when so many milliseconds of work are done. */
  work(ms: number): Promise<void>;
  /** Milliseconds of work done up to now, of all its servers. */
  busyMs(): number;
  readonly servers: number;
}

/** Serves in the order in which they come, with so many servers side by side. */
export function createStation(loop: FastLoop, servers: number): Station {
  const freeAt = new Float64Array(servers);
  let busy = 0;
  return {
    servers,
    busyMs: () => busy - freeAt.reduce((sum, at) => sum + Math.max(0, at - loop.now()), 0),
    work(ms) {
      if (ms === 0) return Promise.resolve();
      let first = 0;
      for (let i = 1; i < servers; i++) if ((freeAt[i] as number) < (freeAt[first] as number)) first = i;
      const end = Math.max(loop.now(), freeAt[first] as number) + ms;
      freeAt[first] = end;
      busy += ms;
      return loop.pause(end - loop.now());
    },
  };
}

export interface Disk {
  /** Resolves when so many writes are durable. */
  commit(writes: number): Promise<void>;
  /** Milliseconds that records took so far. Not those of the commits: the more it has to do, the more records share one. */
  busyMs(): number;
}

/** A store whose commits do not overlap: what comes while one is under way joins the next (group commit). */
export function createDisk(loop: FastLoop, { commitMs, writeMs }: { commitMs: number; writeMs: number }): Disk {
  let waiting: { readonly writes: number; readonly done: () => void }[] = [];
  let isBusy = false;
  let busy = 0;
  async function flush(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const recordsMs = writeMs * batch.reduce((sum, { writes }) => sum + writes, 0);
      busy += recordsMs;
      if (commitMs + recordsMs > 0) await loop.pause(commitMs + recordsMs);
      for (const { done } of batch) done();
    }
    isBusy = false;
  }
  return {
    busyMs: () => busy,
    commit(writes) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ writes, done: resolve });
      if (!isBusy) void flush();
      return promise;
    },
  };
}

// The executors that wait for plays. They are served in the order in which they came, and while several wait none is given more
// than its share of what is ready. A signal wakes the queue; it also looks by itself from time to time, since signals may get lost.

import { type Log, type Signals, topics } from '@hero-logic/platform';
import type { ClaimFor } from '../domain/commands/claim-plays.ts';
import type { ClaimedPlay } from '../domain/play-store.ts';

interface ClaimRequest {
  readonly executorId: string;
  readonly freeSlots: number;
  readonly waitMs: number;
  /** The executor went away. */
  readonly abort: AbortSignal;
}

export interface ClaimQueue {
  /** Resolves as soon as there is something, or with nothing when the time is over. */
  acquire(request: ClaimRequest): Promise<ClaimedPlay[]>;
  /** Ends all waits. */
  close(): void;
}

export interface ClaimQueueOptions {
  readonly signals: Signals;
  readonly log: Log;
  readonly claim: (wanted: ClaimFor) => Promise<ClaimedPlay[]>;
  readonly countPending: (atMost: number) => Promise<number>;
  readonly putBack: (claimed: readonly ClaimedPlay[]) => Promise<void>;
}

interface Waiter {
  readonly request: ClaimRequest;
  readonly settle: (claimed: ClaimedPlay[]) => void;
  readonly fail: (error: unknown) => void;
}

const RECHECK_MS = 5000;

export function createClaimQueue(options: ClaimQueueOptions): ClaimQueue {
  const waiters: Waiter[] = [];
  let pumping = false;
  let again = false;
  let closed = false;

  const unsubscribe = options.signals.subscribe(topics.playsReady, () => void pump());
  const recheck = setInterval(() => void pump(), RECHECK_MS);
  recheck.unref();

  async function pump(): Promise<void> {
    again = true;
    if (pumping) return;
    pumping = true;
    while (again) {
      again = false;
      await serve();
    }
    pumping = false;
  }

  async function serve(): Promise<void> {
    while (waiters.length > 0 && !closed) {
      // One waiter has nobody to share with: its claim can join the very commit that makes the play durable.
      const ready = waiters.length === 1 ? (waiters[0]?.request.freeSlots ?? 0) : await countReady();
      if (ready === 0) return;
      // Together, so that the store makes their claims durable with one commit; it keeps their order.
      const served = waiters.splice(0, ready);
      const share = Math.ceil(ready / served.length);
      const still = await Promise.all(served.map((waiter) => serveOne(waiter, share)));
      waiters.unshift(...served.filter((_, index) => still[index]));
      if (!still.includes(false)) return;
    }
  }

  async function countReady(): Promise<number> {
    try {
      return await options.countPending(waiters.reduce((sum, { request }) => sum + request.freeSlots, 0));
    } catch (error) {
      for (const waiter of waiters.splice(0)) waiter.fail(error);
      return 0;
    }
  }

  /** Whether the waiter goes on waiting. */
  async function serveOne(waiter: Waiter, share: number): Promise<boolean> {
    const { executorId, freeSlots } = waiter.request;
    try {
      const claimed = await options.claim({ executorId, atMost: Math.min(freeSlots, share), freeSlots });
      if (claimed.length === 0 && !isOver(waiter)) return true;
      waiter.settle(claimed);
    } catch (error) {
      waiter.fail(error);
    }
    return false;
  }

  const over = new WeakSet<Waiter>();
  const isOver = (waiter: Waiter) => closed || over.has(waiter) || waiter.request.abort.aborted;

  function wait(request: ClaimRequest): Promise<ClaimedPlay[]> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        request.abort.removeEventListener('abort', giveUp);
      };
      const waiter: Waiter = {
        request,
        settle: (claimed) => {
          done();
          resolve(claimed);
        },
        fail: (error) => {
          done();
          reject(error);
        },
      };
      // A waiter that is just being served is not in the list: it gets what its claim brings.
      const giveUp = () => {
        over.add(waiter);
        const at = waiters.indexOf(waiter);
        if (at < 0) return;
        waiters.splice(at, 1);
        waiter.settle([]);
      };
      const timer = setTimeout(giveUp, request.waitMs);
      request.abort.addEventListener('abort', giveUp, { once: true });
      waiters.push(waiter);
      void pump();
    });
  }

  return {
    async acquire(request) {
      if (closed || request.abort.aborted) return [];
      const { executorId, freeSlots } = request;
      const claimed =
        request.waitMs === 0 ? await options.claim({ executorId, atMost: freeSlots, freeSlots }) : await wait(request);
      if (claimed.length === 0 || !request.abort.aborted) return claimed;
      options.log.info({ executor_id: request.executorId, plays: claimed.length }, 'an executor left before its claim');
      await options.putBack(claimed);
      return [];
    },
    close() {
      closed = true;
      clearInterval(recheck);
      unsubscribe();
      for (const waiter of waiters.splice(0)) waiter.settle([]);
    },
  };
}

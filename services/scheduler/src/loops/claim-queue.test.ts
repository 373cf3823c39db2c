// Waiting executors are served in their order and share what is ready; who went away takes nothing; a lost signal costs time only.

import { createInProcessSignals, silentLog, topics } from '@hero-logic/platform';
import { afterEach, expect, test } from 'vitest';
import { playOf } from '../domain/play-lives.conformance.ts';
import type { ClaimedPlay } from '../domain/play-store.ts';
import { type ClaimQueue, createClaimQueue } from './claim-queue.ts';

let queue: ClaimQueue;
afterEach(() => queue.close());

const allWait = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const signals = createInProcessSignals();
  const state = { ready: 0, next: 0, putBack: 0, claims: 0, fail: false, during: () => {} };
  const lease = { token: 't', executorId: 'e', claimedAt: 0, renewedAt: 0, expiresAt: 0 };
  queue = createClaimQueue({
    signals,
    log: silentLog,
    async claim({ atMost }) {
      state.claims += 1;
      state.during();
      await Promise.resolve();
      if (state.fail) throw new Error('the store is away');
      const taken = Math.min(atMost, state.ready);
      state.ready -= taken;
      return Array.from({ length: taken }, (): ClaimedPlay => {
        state.next += 1;
        return { play: playOf(`p${state.next}`), lease, inputData: '{}', answers: [] };
      });
    },
    countPending: async (atMost) => Math.min(atMost, state.ready),
    async putBack(claimed) {
      state.putBack += claimed.length;
      state.ready += claimed.length;
    },
  });
  const acquire = (freeSlots: number, abort = new AbortController().signal, waitMs = 20_000) =>
    queue.acquire({ executorId: 'e', freeSlots, waitMs, abort });
  const add = (plays: number) => {
    state.ready += plays;
    signals.publish(topics.playsReady);
  };
  return { state, acquire, add };
}

test('three that wait share nine plays, in the order in which they came', async () => {
  const { acquire, add } = setUp();
  const waiting = [acquire(100), acquire(2), acquire(100)];
  await allWait();
  add(9);
  const got = await Promise.all(waiting);
  expect(got.map((claimed) => claimed.length)).toEqual([3, 2, 3]);
  expect(await acquire(9)).toHaveLength(1);
  expect(got[0]?.[0]?.play.sid).toBe('p1');
});

test('what is there already is given at once, to one alone all that fits', async () => {
  const { acquire, add } = setUp();
  add(5);
  expect(await acquire(3)).toHaveLength(3);
  expect(await acquire(9, undefined, 0)).toHaveLength(2);
  expect(await acquire(9, undefined, 0)).toHaveLength(0);
  expect(await acquire(9, undefined, 5)).toHaveLength(0);
});

test('an executor that leaves while its claim is under way leaves its plays to the next', async () => {
  const { state, acquire, add } = setUp();
  const leaving = new AbortController();
  const first = acquire(5, leaving.signal);
  await allWait();
  state.during = () => leaving.abort();
  add(2);
  expect(await first).toEqual([]);
  expect(state).toMatchObject({ putBack: 2, ready: 2 });
  const early = new AbortController();
  early.abort();
  const claims = state.claims;
  expect(await acquire(5, early.signal)).toEqual([]);
  expect(state.claims).toBe(claims);
});

test('a failing store fails the call and not the queue; closing ends the waits', async () => {
  const { state, acquire, add } = setUp();
  state.fail = true;
  state.ready = 1;
  await expect(acquire(1)).rejects.toThrow('away');
  state.fail = false;
  state.ready = 0;
  const waiting = acquire(1);
  add(1);
  expect(await waiting).toHaveLength(1);
  const last = acquire(1);
  queue.close();
  expect(await last).toEqual([]);
});

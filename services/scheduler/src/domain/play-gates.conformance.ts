// What every PlayStore does about gates: no limit is ever passed, whoever could run is found by the next claim, better ranks first,
// and a long queue before a closed gate is not looked at by the claims of others.

import { expect, test } from 'vitest';
import { type ConflictPolicy, NO_LIMITS } from './gates.ts';
import { hold, unhold } from './hold.ts';
import type { LeaseGrant } from './lease.ts';
import { cancel, type Play } from './play.ts';
import { lifeOf, NOW, playOf, type StoreUnderTest } from './play-lives.conformance.ts';
import type { PlayStore } from './play-store.ts';

const key = (limit = 1, more: Partial<Play> = {}): Partial<Play> => ({
  concurrencyKey: 'k',
  concurrencyLimit: limit,
  ...more,
});
const limited = (limits: Partial<Play['limits']>): Partial<Play> => ({ limits: { ...NO_LIMITS, ...limits } });

export function playGatesConformance(name: string, create: () => Promise<StoreUnderTest>): void {
  const given = (what: string, body: (world: ReturnType<typeof worldOf>) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const { store, close } = await create();
      try {
        await body(worldOf(store));
      } finally {
        await close();
      }
    });

  given(
    'plays of a key take turns, by rank, and a place that is left is taken at once',
    async ({ add, claim, ...w }) => {
      for (const sid of ['a', 'b', 'c']) await add(sid, key());
      await add('free');
      await add('vip', key(1, { priority: 5 }));
      expect(await claim(9)).toEqual(['vip', 'free']);
      expect(await w.store.countPending(9)).toBe(0);
      await w.end('vip', 'success');
      expect(await w.store.countPending(9)).toBe(1);
      expect(await claim(9)).toEqual(['a']);
      // One that waits has left its place, and comes to the gate again.
      await w.ask('a', 'q');
      expect(await claim(9)).toEqual(['b']);
      await w.answer('a', 'q');
      expect(await claim(9)).toEqual([]);
      await w.end('b', 'failed');
      expect(await claim(9)).toEqual(['c']);
      await w.end('c', 'released');
      expect(await claim(9)).toEqual(['a']);
      await w.stop('c');
      await w.end('a', 'success');
      expect(await claim(9)).toEqual([]);
    },
  );

  given('each play brings its own limit, and waits for those before it', async ({ add, claim, end }) => {
    await add('a', key(2));
    await add('b', key(2));
    await add('c', key(1));
    await add('d', key(3));
    expect(await claim(9)).toEqual(['a', 'b']);
    await end('a', 'success');
    expect(await claim(9)).toEqual([]);
    await end('b', 'success');
    expect(await claim(9)).toEqual(['c', 'd']);
  });

  given('keys are those of a workflow, a group of children has one across workflows', async ({ add, claim }) => {
    await add('a', key());
    await add('b', key(1, { workflowSid: 'w2' }));
    const child = { concurrencyKey: 'group:a:g', concurrencyLimit: 1, parentPlaySid: 'a' };
    await add('c', child);
    await add('d', { ...child, workflowSid: 'w2' });
    expect(await claim(9)).toEqual(['a', 'b', 'c']);
  });

  given('a held play is passed over and has no place', async ({ add, claim, ...w }) => {
    await add('a', key());
    await add('b', key());
    await w.hold('a');
    expect(await claim(9)).toEqual(['b']);
    await w.unhold('a');
    expect(await claim(9)).toEqual([]);
    await w.hold('a');
    await w.end('b', 'success');
    expect(await claim(9)).toEqual([]);
    await w.unhold('a');
    expect(await claim(9)).toEqual(['a']);
  });

  given(
    'a workflow runs at most as many as its version says, counting those without a limit',
    async ({ add, claim, ...w }) => {
      await add('0');
      for (const sid of ['a', 'b', 'c']) await add(sid, limited({ maxRunning: 2 }));
      await add('other', { workflowSid: 'w2' });
      expect(await claim(9)).toEqual(['0', 'a', 'other']);
      await w.end('0', 'success');
      expect(await claim(9)).toEqual(['b']);
      await w.ask('a', 'q');
      expect(await claim(9)).toEqual(['c']);
    },
  );

  given('a play that starts later is nobody’s until then, and takes its place as of that time', async (world) => {
    const { add, claim, store } = world;
    const later = (at: number, more: Partial<Play> = {}) => ({ startAt: at, notBefore: at, readyAt: at, ...more });
    await add('b', later(NOW + 2000));
    await add('a', later(NOW + 1000, key()));
    await add('held', later(NOW + 1000));
    await add('gone', later(NOW + 500));
    await add('now', { createdAt: NOW + 1500 });
    await world.hold('held');
    await world.stop('gone');
    expect(await store.nextDelayed()).toBe(NOW + 1000);
    expect(await store.countPending(9)).toBe(1);
    expect(await store.beginDelayed(NOW + 999)).toBe(false);
    expect(await store.beginDelayed(NOW + 2000)).toBe(true);
    expect(await store.nextDelayed()).toBeUndefined();
    expect(await store.find('a')).toMatchObject({ status: 'pending', startAt: NOW + 1000 });
    expect(await claim(9, NOW + 2000)).toEqual(['a', 'now', 'b']);
    // Let go after its time, it begins with the next look.
    await world.unhold('held');
    expect(await claim(9, NOW + 2000)).toEqual([]);
    expect(await store.nextDelayed()).toBe(NOW + 1000);
    await store.beginDelayed(NOW + 3000);
    expect(await claim(9, NOW + 3000)).toEqual(['held']);
  });

  given('at most so many begin in any minute; one that goes on is no start', async ({ add, claim, ...w }) => {
    for (let i = 0; i < 7; i++) await add(`p${i}`, limited({ startsPerMinute: 2 }));
    expect(await claim(9, NOW)).toEqual(['p0', 'p1']);
    expect(await claim(9, NOW + 59_999)).toEqual([]);
    expect(await w.store.nextRateOpening()).toBe(NOW + 60_000);
    await w.end('p0', 'released');
    expect(await claim(9, NOW + 59_999)).toEqual(['p0']);
    expect(await w.store.openRates(NOW + 59_999)).toBe(false);
    expect(await w.store.openRates(NOW + 60_000)).toBe(true);
    expect(await w.store.countPending(9)).toBe(2);
    expect(await claim(1, NOW + 60_000)).toEqual(['p2']);
    expect(await claim(1, NOW + 90_000)).toEqual(['p3']);
    expect(await claim(9, NOW + 120_000)).toEqual(['p4']);
    expect(await claim(9, NOW + 149_999)).toEqual([]);
    expect(await w.store.nextRateOpening()).toBe(NOW + 150_000);
    expect(await claim(9, NOW + 150_000)).toEqual(['p5']);
    expect(await claim(9, NOW + 400_000)).toEqual(['p6']);
    expect(await w.store.nextRateOpening()).toBeUndefined();
  });

  given('a start that was given up leaves its turn to the next', async ({ add, claim, ...w }) => {
    for (const sid of ['a', 'b', 'c']) await add(sid, limited({ startsPerMinute: 1 }));
    await w.stop('a');
    await w.hold('b');
    expect(await claim(9, NOW)).toEqual(['c']);
  });

  given('a play that goes on does not wait behind new ones that wait for the rate', async ({ add, claim, ...w }) => {
    const both = { ...limited({ startsPerMinute: 1, maxRunning: 1 }), ...key() };
    await add('a', both);
    await add('b', both);
    expect(await claim(9, NOW)).toEqual(['a']);
    await w.ask('a', 'q');
    expect(await claim(9, NOW + 1)).toEqual([]);
    await w.answer('a', 'q');
    expect(await claim(9, NOW + 2)).toEqual(['a']);
  });

  given(
    'a claim gives out what fits into the slots, and is not overtaken by cheaper plays',
    async ({ add, claim, ...w }) => {
      await add('a', limited({ slotCost: 2 }));
      await add('b', limited({ slotCost: 3 }));
      await add('c');
      expect(await claim(4)).toEqual(['a']);
      expect(await claim(2)).toEqual([]);
      expect(await claim(4, NOW, 'e2')).toEqual(['b', 'c']);
      await add('big', limited({ slotCost: 50 }));
      expect(await claim(2)).toEqual([]);
      await w.end('a', 'success');
      await add('d');
      expect(await claim(4)).toEqual(['big']);
    },
  );

  given('the queue of one full gate is not read by the claims of others', async ({ add, claim, store }) => {
    await Promise.all(Array.from({ length: 3000 }, (_, i) => add(`k${i}`, key())));
    await Promise.all(
      Array.from({ length: 3000 }, (_, i) => add(`w${i}`, { workflowSid: 'w2', ...limited({ maxRunning: 1 }) })),
    );
    await Promise.all(
      Array.from({ length: 3000 }, (_, i) => add(`r${i}`, { workflowSid: 'w3', ...limited({ startsPerMinute: 1 }) })),
    );
    // Only the first of each stands where claims look.
    expect(await store.countPending(10_000)).toBe(3);
    await add('z', { createdAt: NOW + 1 });
    expect(await claim(9)).toHaveLength(4);
    expect(await store.countPending(10_000)).toBe(0);
  });

  given(
    'of starts that refuse to wait exactly one is accepted, and its repetition is not refused',
    async ({ addAs }) => {
      const more = (i: number) => key(1, { idempotencyKey: `i${i % 20}` });
      const added = await Promise.allSettled(
        Array.from({ length: 40 }, (_, i) => addAs('reject_newest', `p${i + 10}`, more(i))),
      );
      const accepted = added.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(accepted.map(({ added }) => added)).toEqual([true, false]);
      expect(new Set(accepted.map(({ play }) => play.sid)).size).toBe(1);
      expect(added.find((one) => one.status === 'rejected')?.reason).toMatchObject({ reason: 'CONCURRENCY_LIMIT' });
    },
  );

  given('the newest displaces the oldest beyond the limit, whatever it does', async ({ addAs, claim, ...w }) => {
    await addAs('cancel_oldest', 'a', key(2));
    expect(await claim(1)).toEqual(['a']);
    await addAs('cancel_oldest', 'b', key(2));
    const { displaced } = await addAs('cancel_oldest', 'c', key(2));
    expect(displaced).toMatchObject([
      { sid: 'a', status: 'running', cancel: { reason: expect.stringContaining('newer play') } },
    ]);
    expect(await claim(9)).toEqual(['b']);
    await w.end('a', 'cancelled');
    expect(await claim(9)).toEqual(['c']);
    await w.ask('c', 'q');
    await addAs('cancel_oldest', 'd', key(1));
    expect(await w.store.find('c')).toMatchObject({ status: 'cancelled' });
    expect((await w.store.find('b'))?.cancel).toBeDefined();
  });
}

function worldOf(store: PlayStore) {
  const life = lifeOf(store);
  const tokens = new Map<string, string>();
  let count = 0;
  const addAs = (onConflict: ConflictPolicy, sid: string, more: Partial<Play> = {}) =>
    store.add({ play: playOf(sid, more), inputData: '{}', prefill: [], onConflict });
  const change = (sid: string, next: (play: Play) => Play) =>
    store.change(sid, (found) => ({ play: next(found), result: undefined }));
  return {
    store,
    addAs,
    add: (sid: string, more: Partial<Play> = {}) => addAs('queue', sid, more),
    async claim(slots: number, now = NOW, executorId = 'e') {
      const grant = (): LeaseGrant => ({ token: `t${++count}`, executorId, now, ttlMs: 10_000 });
      const claimed = await store.claim({ plays: slots, slots, bytes: 1e9, childBytes: 1e9 }, grant);
      for (const { play, lease } of claimed) tokens.set(play.sid, lease.token);
      return claimed.map(({ play }) => play.sid);
    },
    end: (sid: string, outcome: 'success' | 'failed' | 'cancelled' | 'released') =>
      life.report(sid, tokens.get(sid) ?? '', outcome, NOW + 2),
    async ask(sid: string, question: string) {
      const token = tokens.get(sid) ?? '';
      await life.record(sid, token, {
        id: question,
        name: question,
        kind: 'question',
        spanId: '',
        schema: '',
        ui: '',
        message: '',
      });
      await life.report(sid, token, 'awaiting_resume');
    },
    answer: (sid: string, question: string) => life.answer(sid, question, '1', NOW + 1),
    stop: (sid: string) => change(sid, (found) => cancel(found, '', NOW)),
    hold: (sid: string) => change(sid, (found) => hold(found, { at: NOW, by: '', reason: '' })),
    unhold: (sid: string) => change(sid, unhold),
  };
}

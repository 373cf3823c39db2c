// Whatever happens to plays with limits in whatever order: no limit is ever passed, after a claim with free slots no play is left that
// its limits would let run, and when everything has been given time everything has run.

import { createGroupCommit, openDatabase } from '@hero-logic/platform';
import { createTestMongo, noMongo } from '@hero-logic/platform/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hold, unhold } from '../src/domain/hold.ts';
import { cancel, isTerminal, type Play } from '../src/domain/play.ts';
import { lifeOf, NOW, playOf, query, questionOf } from '../src/domain/play-store.conformance.ts';
import type { PlayStore } from '../src/domain/play-store.ts';
import { ensureSchedulerIndexes } from '../src/index.ts';
import { createMongoPlayStore } from '../src/storage/play-store.mongo.ts';
import { createSqlitePlayStore } from '../src/storage/play-store.sqlite.ts';

const LIMITS = { maxRunning: 3, startsPerMinute: 4, slotCost: 0 };
const KEY_LIMIT = 2;
const MINUTE = 60_000;

const which = fc.nat({ max: 11 });
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      key: fc.constantFrom('', 'k', 'l'),
      limited: fc.boolean(),
      priority: fc.constantFrom(-1, 0, 0, 2),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('claim' as const), slots: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('success' as const, 'released' as const, 'ask' as const), which }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('answer' as const, 'unhold' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('hold' as const, 'cancel' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(1, 20_000, 61_000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('no limit is passed and nobody who could run is forgotten', async () => {
  const open = async () => {
    const db = openDatabase(':memory:');
    const commit = createGroupCommit(db);
    const close = async () => {
      expect(db.all('SELECT * FROM play_rates')).toEqual([]);
      commit.close();
      db.close();
    };
    return { store: createSqlitePlayStore({ db, commit }), close };
  };
  const holding = (steps: Step[]) => holds(steps, open);
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), holding), { numRuns: 300 });
}, 120_000);

test.skipIf(noMongo)(
  'the same for two processes on MongoDB that take turns',
  async () => {
    const server = await createTestMongo();
    await ensureSchedulerIndexes(server.mongo);
    const open = async () => {
      for (const { name } of await server.mongo.db.listCollections().toArray()) {
        await server.mongo.collection<{ _id: string }>(name).deleteMany({ _id: { $ne: '' } });
      }
      const close = async () => {
        expect(await server.mongo.collection('play_rates').countDocuments({ opensAt: { $gte: 0 } })).toBe(0);
      };
      return { store: inTurns(createMongoPlayStore(server.mongo), createMongoPlayStore(server.mongo)), close };
    };
    const holding = (steps: Step[]) => holds(steps, open);
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), holding), { numRuns: 6 });
    await server.close();
  },
  300_000,
);

/** Each call goes to the other one. */
function inTurns(a: PlayStore, b: PlayStore): PlayStore {
  let turn = false;
  return new Proxy(a, {
    get(_, member) {
      turn = !turn;
      return Reflect.get(turn ? a : b, member);
    },
  });
}

async function holds(
  steps: Step[],
  open: () => Promise<{ readonly store: PlayStore; close(): Promise<void> }>,
): Promise<void> {
  const { store, close } = await open();
  const life = lifeOf(store);
  const tokens = new Map<string, string>();
  const starts: number[] = [];
  let now = NOW;
  let count = 0;

  const all = async () => (await store.list(query([], { limit: 100 }))).found.map(({ play }) => play);
  const change = (sid: string, next: (play: Play) => Play) =>
    store.change(sid, (found) => ({ play: next(found), result: undefined }));

  async function claim(slots: number): Promise<number> {
    const grant = () => ({ token: `t${++count}`, executorId: 'e', now, ttlMs: 1e9 });
    const claimed = await store.claim({ plays: slots, slots, bytes: 1e9, childBytes: 1e9 }, grant);
    for (const { play, lease } of claimed) {
      tokens.set(play.sid, lease.token);
      if (play.attempt === 1) starts.push(now);
    }
    return claimed.length;
  }

  async function take(one: Step): Promise<void> {
    const plays = await all();
    const play = 'which' in one ? plays[one.which % Math.max(1, plays.length)] : undefined;
    const token = tokens.get(play?.sid ?? '') ?? '';
    switch (one.do) {
      case 'add': {
        if (plays.length >= 12) return;
        const keyed = { concurrencyKey: one.key, concurrencyLimit: one.key === '' ? 0 : KEY_LIMIT };
        // Of one key all are limited: one that waits for its workflow keeps its place of the key from the others.
        const limits = one.limited || one.key !== '' ? LIMITS : { ...LIMITS, maxRunning: 0, startsPerMinute: 0 };
        await life.add(playOf(`p${++count + 1000}`, { ...keyed, limits, priority: one.priority, createdAt: now }));
        return;
      }
      case 'claim':
        await claim(one.slots);
        return;
      case 'time':
        now += one.ms;
        return;
    }
    if (play === undefined || isTerminal(play.status)) return;
    const { sid, status } = play;
    if (one.do === 'hold') await change(sid, (found) => hold(found, { at: now, by: '', reason: '' }));
    else if (one.do === 'unhold') await change(sid, unhold);
    else if (one.do === 'cancel') await change(sid, (found) => cancel(found, '', now));
    else if (one.do === 'answer' && status === 'awaiting_resume') await life.answer(sid, `q${play.attempt}`, '1', now);
    else if (one.do === 'ask' && status === 'running') {
      await life.record(sid, token, questionOf(`q${play.attempt}`), now);
      await life.report(sid, token, 'awaiting_resume', now);
    } else if ((one.do === 'success' || one.do === 'released') && status === 'running') {
      await life.report(sid, token, one.do, now);
    }
  }

  const started = () => starts.filter((at) => at > now - MINUTE).length;
  const running = (plays: Play[], key?: string) =>
    plays.filter((p) => p.status === 'running' && (key === undefined || p.concurrencyKey === key)).length;

  async function check(): Promise<void> {
    const plays = await all();
    for (const key of ['k', 'l']) expect(running(plays, key)).toBeLessThanOrEqual(KEY_LIMIT);
    // Those without limits may pass; as long as there are none, the limits bind exactly.
    if (plays.some((p) => p.limits.maxRunning === 0)) return;
    expect(running(plays)).toBeLessThanOrEqual(LIMITS.maxRunning);
    expect(started()).toBeLessThanOrEqual(LIMITS.startsPerMinute);
  }

  async function checkNobodyForgotten(): Promise<void> {
    while ((await claim(20)) > 0);
    const plays = await all();
    const forgotten = plays.filter(
      (p) =>
        p.status === 'pending' &&
        p.hold === undefined &&
        (p.concurrencyKey === '' || running(plays, p.concurrencyKey) < KEY_LIMIT) &&
        (p.limits.maxRunning === 0 ||
          (running(plays) < LIMITS.maxRunning && (p.startedAt !== undefined || started() < LIMITS.startsPerMinute))),
    );
    expect(forgotten).toEqual([]);
  }

  for (const one of steps) {
    await take(one);
    await check();
  }
  await checkNobodyForgotten();
  for (let round = 0; round < 20; round++) {
    for (const play of await all()) {
      if (play.hold !== undefined) await change(play.sid, unhold);
      const token = tokens.get(play.sid) ?? '';
      if (play.status === 'running') await life.report(play.sid, token, 'success', now);
      if (play.status === 'awaiting_resume') await life.answer(play.sid, `q${play.attempt}`, '1', now);
    }
    await checkNobodyForgotten();
    await check();
    now += MINUTE;
  }
  expect((await all()).filter((play) => !isTerminal(play.status))).toEqual([]);
  await close();
}

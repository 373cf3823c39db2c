// Whatever happens to plays with limits in whatever order: no limit is ever passed, after a claim with free slots no play is left that
// its limits would let run, and when everything has been given time everything has run. That holds as well when writes fail, and when
// they are made but reported as failed.

import { createTestMongo, noMongo } from '@hero-logic/platform/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hold, unhold } from '../src/domain/hold.ts';
import { cancel, isTerminal, type Play } from '../src/domain/play.ts';
import { lifeOf, NOW, playOf, query, questionOf } from '../src/domain/play-lives.conformance.ts';
import { ensureSchedulerIndexes } from '../src/index.ts';
import { faultyMongo, openFaultySqlite, type StoreWithFaults } from './support/faulty-stores.ts';

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

const fault = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom('lost' as const, 'unheard' as const) },
);
const faulty = fc.record({ step, fault });
type Event = typeof faulty extends fc.Arbitrary<infer T> ? T : never;
const plain: fc.Arbitrary<Event> = fc.record({ step, fault: fc.constant(undefined) });

test.each([
  ['that are made', plain],
  ['of which some fail or are reported as failed', faulty],
])(
  'no limit is passed and nobody who could run is forgotten, with writes %s',
  async (_, event) => {
    const open = async (): Promise<StoreWithFaults> => {
      const opened = openFaultySqlite();
      const close = () => {
        expect(opened.db.all('SELECT * FROM play_rates')).toEqual([]);
        return opened.close();
      };
      return { ...opened, close };
    };
    const holding = (events: Event[]) => holds(events, open);
    await fc.assert(fc.asyncProperty(fc.array(event, { maxLength: 60, size: 'max' }), holding), { numRuns: 200 });
  },
  120_000,
);

test.skipIf(noMongo)(
  'the same for two processes on MongoDB that take turns, and some of whose calls fail or are reported as failed',
  async () => {
    const server = await createTestMongo();
    await ensureSchedulerIndexes(server.mongo);
    const openEmpty = faultyMongo(server);
    const open = async (): Promise<StoreWithFaults> => {
      const close = async () => {
        expect(await server.mongo.collection('play_rates').countDocuments({ opensAt: { $gte: 0 } })).toBe(0);
      };
      return { ...(await openEmpty()), close };
    };
    const holding = (events: Event[]) => holds(events, open);
    await fc.assert(fc.asyncProperty(fc.array(faulty, { maxLength: 40, size: 'max' }), holding), { numRuns: 6 });
    await server.close();
  },
  300_000,
);

async function holds(events: Event[], open: () => Promise<StoreWithFaults>): Promise<void> {
  const { store, setFault, close } = await open();
  const life = lifeOf(store);
  let now = NOW;
  let count = 0;

  const all = async () => (await store.list(query([], { limit: 100 }))).found.map(({ play }) => play);
  const change = (sid: string, next: (play: Play) => Play) =>
    store.change(sid, (found) => ({ play: next(found), result: undefined }));

  async function claim(slots: number): Promise<number> {
    const grant = () => ({ token: `t${++count}`, executorId: 'e', now, ttlMs: 1e9 });
    const claimed = await store.claim({ plays: slots, slots, bytes: 1e9, childBytes: 1e9 }, grant);
    return claimed.length;
  }

  async function take(one: Step): Promise<void> {
    const plays = await all();
    const play = 'which' in one ? plays[one.which % Math.max(1, plays.length)] : undefined;
    // Whoever claimed it may not have heard of it; its executor would find out by the end of the lease.
    const token = play?.lease?.token ?? '';
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

  const started = (plays: Play[]) => plays.filter(({ startedAt = 0 }) => startedAt > now - MINUTE).length;
  const running = (plays: Play[], key?: string) =>
    plays.filter((p) => p.status === 'running' && (key === undefined || p.concurrencyKey === key)).length;

  async function check(): Promise<void> {
    const plays = await all();
    for (const key of ['k', 'l']) expect(running(plays, key)).toBeLessThanOrEqual(KEY_LIMIT);
    // Those without limits may pass; as long as there are none, the limits bind exactly.
    if (plays.some((p) => p.limits.maxRunning === 0)) return;
    expect(running(plays)).toBeLessThanOrEqual(LIMITS.maxRunning);
    expect(started(plays)).toBeLessThanOrEqual(LIMITS.startsPerMinute);
  }

  async function checkNobodyForgotten(): Promise<void> {
    while ((await claim(20)) > 0);
    const plays = await all();
    const isRateUsedUp = started(plays) >= LIMITS.startsPerMinute;
    // A play that waits for its workflow's rate keeps its place of the key from the others.
    const keepsPlace = (p: Play) => isRateUsedUp && p.status === 'pending' && p.startedAt === undefined;
    const placesTaken = (of: Play) =>
      running(plays, of.concurrencyKey) +
      plays.filter((p) => p !== of && p.concurrencyKey === of.concurrencyKey && keepsPlace(p)).length;
    const forgotten = plays.filter(
      (p) =>
        p.status === 'pending' &&
        p.hold === undefined &&
        (p.concurrencyKey === '' || placesTaken(p) < KEY_LIMIT) &&
        (p.limits.maxRunning === 0 ||
          (running(plays) < LIMITS.maxRunning &&
            (p.startedAt !== undefined || started(plays) < LIMITS.startsPerMinute))),
    );
    expect(forgotten).toEqual([]);
  }

  for (const { step, fault } of events) {
    setFault(fault);
    await take(step).catch((error: Error) => {
      if (!/^the disk /.test(error.message)) throw error;
    });
    setFault(undefined);
    await check();
  }
  await checkNobodyForgotten();
  for (let round = 0; round < 20; round++) {
    for (const play of await all()) {
      if (play.hold !== undefined) await change(play.sid, unhold);
      if (play.status === 'running') await life.report(play.sid, play.lease?.token ?? '', 'success', now);
      if (play.status === 'awaiting_resume') await life.answer(play.sid, `q${play.attempt}`, '1', now);
    }
    await checkNobodyForgotten();
    await check();
    now += MINUTE;
  }
  expect((await all()).filter((play) => !isTerminal(play.status))).toEqual([]);
  await close();
}

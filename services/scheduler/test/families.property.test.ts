// Whatever happens to a family of plays in whatever order, with turns of the loop cut short anywhere: once the loop has had its way,
// no parent waits for a child that has ended, no child goes on for a parent that does not wait for it, each outcome was told once and
// as it is, and no parent waits beside a group that is answered. That holds as well when commits fail, and when they are made but
// reported as failed, and for two processes on MongoDB.

import { createInProcessSignals, silentLog } from '@hero-logic/platform';
import { createFakeClock, createTestMongo, noMongo } from '@hero-logic/platform/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { childPayload } from '../src/domain/child.ts';
import type { CommandDeps } from '../src/domain/commands/deps.ts';
import { cancelLeftChildren, tellParents } from '../src/domain/commands/families.ts';
import { isTerminal, type Play } from '../src/domain/play.ts';
import { lifeOf, NOW, playOf, query, questionOf } from '../src/domain/play-lives.conformance.ts';
import type { PlayStore } from '../src/domain/play-store.ts';
import { ensureSchedulerIndexes } from '../src/storage/stores.mongo.ts';
import { faultyMongo, openFaultySqlite, type StoreWithFaults } from './support/faulty-stores.ts';

const which = fc.nat({ max: 30 });
const outcome = fc.oneof(
  { weight: 6, arbitrary: fc.constant('awaiting_resume' as const) },
  { weight: 4, arbitrary: fc.constantFrom('success' as const, 'failed' as const, 'cancelled' as const) },
  { weight: 1, arbitrary: fc.constant('released' as const) },
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('claim' as const), plays: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('spawn' as const),
      which,
      id: fc.constantFrom('c1', 'c2', 'c3'),
      group: fc.constantFrom('', 'g', 'g', 'h'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ask' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answer' as const), which }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('report' as const), which, outcome }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), which }) },
  // A turn that ended between its deed and its mark, and whole ones.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('half' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
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
  ['', plain],
  [', with commits that fail or are reported as failed', faulty],
])(
  'every interleaving of a family ends well%s',
  async (_, event) => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 80, size: 'max' }), (events) =>
        holds(events, async () => openFaultySqlite()),
      ),
      { numRuns: 200 },
    );
  },
  120_000,
);

test.skipIf(noMongo)(
  'the same for two processes on MongoDB that take turns, and some of whose calls fail or are reported as failed',
  async () => {
    const server = await createTestMongo();
    await ensureSchedulerIndexes(server.mongo);
    const open = faultyMongo(server);
    await fc.assert(
      fc.asyncProperty(fc.array(faulty, { minLength: 5, maxLength: 60, size: 'max' }), (events) => holds(events, open)),
      { numRuns: MONGO_RUNS },
    );
    await server.close();
  },
  300_000,
);
const MONGO_RUNS = 6;

async function holds(events: Event[], open: () => Promise<StoreWithFaults>): Promise<void> {
  const { store, setFault, close } = await open();
  const life = lifeOf(store);
  const deps = {
    ...{ store, clock: createFakeClock(NOW), signals: createInProcessSignals(), log: silentLog },
    closeSpans: async () => {},
    escalated: () => undefined,
  } as unknown as CommandDeps;
  const sids = ['p'];
  const tokens = new Map<string, string>();
  const told = new Map<string, string>();

  async function take(one: Step): Promise<void> {
    const sid = 'which' in one ? (sids[one.which % sids.length] as string) : '';
    const token = tokens.get(sid) ?? 'none';
    switch (one.do) {
      case 'claim':
        for (const { play, lease, answers } of await life.claim(one.plays)) {
          tokens.set(play.sid, lease.token);
          for (const { id, payload } of answers) expect(told.get(`${play.sid}.${id}`) ?? payload).toBe(payload);
        }
        return;
      case 'spawn': {
        if (sid.split('.').length > 3) return;
        const { childPlaySid } = await life.spawn(sid, token, one.id, { group: one.group });
        if (!sids.includes(childPlaySid)) sids.push(childPlaySid);
        return;
      }
      case 'ask':
        return void (await life.record(sid, token, questionOf('q')));
      case 'answer':
        return void (await life.answer(sid, 'q', '1'));
      case 'report':
        return void (await life.report(sid, token, one.outcome));
      case 'cancel':
        return life.cancel(sid);
      case 'lose':
        return life.expireLease(sid, NOW + 60_000);
      case 'half':
        for (const child of await store.listUntoldChildren(10)) await life.tell(child.sid);
        for (const { childPlaySid } of await store.listLeftChildren(10)) await life.cancel(childPlaySid);
        return;
      case 'turn':
        await tellParents(deps);
        return cancelLeftChildren(deps);
    }
  }

  /** What was done all the same though nobody was told: children are there, and somebody holds a lease. */
  async function learn(): Promise<void> {
    for (const { play } of (await store.list(query([], { limit: 1000 }))).found) {
      if (!sids.includes(play.sid)) sids.push(play.sid);
      if (play.lease !== undefined) tokens.set(play.sid, play.lease.token);
    }
  }

  await life.add(playOf('p'));
  for (const { step, fault } of events) {
    setFault(fault);
    // Refusals (a stale token, a play that has ended) are part of the game; broken expectations are not.
    await take(step).catch((error: Error & { reason?: string }) => {
      if (error.reason === undefined && !/^the disk /.test(error.message)) throw error;
    });
    setFault(undefined);
    if (fault !== undefined) await learn();
    await noteTold(store, sids, told);
    expect(await store.listMissedWakeUps(10)).toEqual([]);
  }
  while (await store.hasFamilyWork()) {
    await tellParents(deps);
    await cancelLeftChildren(deps);
  }
  await noteTold(store, sids, told);
  for (const sid of sids.slice(1)) await checkChild(store, sid);
  await close();
}

/** What a parent was told of a child never changes. */
async function noteTold(store: PlayStore, sids: readonly string[], told: Map<string, string>): Promise<void> {
  for (const sid of sids.slice(1)) {
    const { parentPlaySid, parentResumeId } = (await store.find(sid)) as Play;
    const payload = (await store.findPause(parentPlaySid, parentResumeId))?.payload;
    if (payload !== undefined) expect(told.get(sid) ?? payload).toBe(payload);
    if (payload !== undefined) told.set(sid, payload);
  }
}

async function checkChild(store: PlayStore, sid: string): Promise<void> {
  const child = (await store.find(sid)) as Play;
  const parent = (await store.find(child.parentPlaySid)) as Play;
  const pause = await store.findPause(parent.sid, child.parentResumeId);
  const ended = isTerminal(child.status);
  if (isTerminal(parent.status)) expect(ended || child.cancel !== undefined, `${sid} goes on`).toBe(true);
  else expect(pause?.state, `${sid} is ${child.status}`).toBe(ended ? 'answered' : 'open');
  if (pause?.state === 'answered') {
    expect(pause.payload).toBe(childPayload(child, await store.outputData(sid)));
  }
  if (parent.status !== 'awaiting_resume') return;
  const { waitingFor = [] } = (await store.details(parent.sid)) ?? {};
  expect(waitingFor, `${parent.sid} waits for something`).not.toEqual([]);
  const { group = '' } = pause?.child ?? {};
  if (ended && pause?.deliveredIn === undefined) {
    expect(waitingFor.filter((one) => one.child?.group === group && group !== '')).not.toEqual([]);
  }
}

// Whatever happens to plays in whatever order, on the pure state machine through the real store: a terminal play never changes, a
// running play has exactly one lease and nobody else's token counts, an accepted answer is never lost or replaced and reaches the
// run that follows it, a play never waits beside an answer, a held play is not claimed, none starts before its time, a play that moved
// to another version asks anew what nobody had answered, and every step is one of the allowed ones. That holds as well when commits fail,
// and when they are made but reported as failed.

import { type CommitFault, createTestMongo, noMongo } from '@hero-logic/platform/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_LIMITS } from '../src/domain/gates.ts';
import { hold, terminate, unhold } from '../src/domain/hold.ts';
import { answerPause } from '../src/domain/pause.ts';
import { isTerminal, type Play, type PlayStatus } from '../src/domain/play.ts';
import { lifeOf, NOW, playOf, questionOf } from '../src/domain/play-lives.conformance.ts';
import { ensureSchedulerIndexes } from '../src/storage/stores.mongo.ts';
import { faultyMongo, openFaultySqlite, type StoreWithFaults } from './support/faulty-stores.ts';

const ALLOWED: Record<PlayStatus, readonly PlayStatus[]> = {
  pending: ['running', 'cancelled'],
  running: ['pending', 'awaiting_resume', 'success', 'failed', 'cancelled', 'timed_out'],
  awaiting_resume: ['pending', 'cancelled'],
  success: [],
  failed: [],
  cancelled: [],
  timed_out: [],
};

/** The last one is to start later. */
const SIDS = ['a', 'b', 'c'] as const;
const START_AT = NOW + 2000;
const TTL_MS = 10_000;

const play = fc.constantFrom('a' as const, 'a' as const, 'b' as const, 'b' as const, 'c' as const);
const pause = fc.constantFrom('q1', 'q2', 'q3');
const outcome = fc.oneof(
  { weight: 12, arbitrary: fc.constant('awaiting_resume' as const) },
  { weight: 2, arbitrary: fc.constant('released' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('success' as const, 'failed' as const, 'timed_out' as const, 'cancelled' as const),
  },
);
const rarely = fc.integer({ max: 9, min: 0 }).map((n) => n === 9);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('claim' as const), plays: fc.integer({ min: 1, max: 2 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      play,
      pause,
      timeoutMs: fc.constantFrom(undefined, undefined, undefined, 0, 2000),
      kind: fc.constantFrom('question' as const, 'question' as const, 'timer' as const),
      hasDefault: fc.boolean(),
      stale: rarely,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('answer' as const), play, pause, payload: fc.constantFrom('1', '2') }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('report' as const), play, outcome, stale: rarely }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('move' as const), play, pause, version: fc.constantFrom(1, 2, 3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renew' as const), play, stale: rarely }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('hold' as const, 'unhold' as const, 'unhold' as const), play }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'terminate' as const), play }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), play, pause, stale: rarely }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(500, 2000, 3000, 11_000) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const fault = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom('lost' as const, 'unheard' as const) },
);
const shape = { minLength: 1, maxLength: 60, size: 'max' } as const;
const steps = fc.array(fc.record({ step, joined: rarely, fault: fc.constant(undefined) }), shape);
const faultySteps = fc.array(fc.record({ step, joined: rarely, fault }), shape);

test('every interleaving keeps the invariants', async () => {
  await fc.assert(
    fc.asyncProperty(steps, (all) => holds(batched(all), async () => openFaultySqlite())),
    { numRuns: 400 },
  );
}, 120_000);

test('every interleaving with failing commits keeps the invariants', async () => {
  await fc.assert(
    fc.asyncProperty(faultySteps, (all) => holds(batched(all), async () => openFaultySqlite())),
    { numRuns: 400 },
  );
}, 120_000);

test.skipIf(noMongo)(
  'the same for two processes on MongoDB that take turns, and some of whose calls fail or are reported as failed',
  async () => {
    const server = await createTestMongo();
    await ensureSchedulerIndexes(server.mongo);
    await fc.assert(
      fc.asyncProperty(faultySteps, (all) => holds(batched(all), faultyMongo(server))),
      { numRuns: MONGO_RUNS },
    );
    await server.close();
  },
  300_000,
);
const MONGO_RUNS = 6;

interface Batch {
  readonly steps: Step[];
  /** Of its first commit. */
  readonly fault: CommitFault | undefined;
}

/** Steps that are joined to the one before run at the same time as it. */
function batched(all: { step: Step; joined: boolean; fault: CommitFault | undefined }[]): Batch[] {
  const batches: Batch[] = [];
  for (const { step, joined, fault } of all) {
    if (joined && batches.length > 0) batches.at(-1)?.steps.push(step);
    else batches.push({ steps: [step], fault });
  }
  return batches;
}

async function holds(batches: Batch[], open: () => Promise<StoreWithFaults>): Promise<void> {
  const { store, setFault, close } = await open();
  const life = lifeOf(store);
  let now = NOW;
  let grants = 0;
  const tokens: Record<string, string[]> = { a: [], b: [], c: [] };
  const accepted = new Map<string, string>();
  const withdrawn = new Set<string>();
  const seen = new Map<string, Play>();

  const grant = () => ({ token: `token ${++grants}`, executorId: 'e', now, ttlMs: TTL_MS });
  const token = (sid: string, stale: boolean) => tokens[sid]?.at(stale ? -2 : -1) ?? 'none';
  async function take(one: Step): Promise<void> {
    switch (one.do) {
      case 'claim':
        for (const claimed of await store.claim({ plays: one.plays, slots: 9, bytes: 1e9, childBytes: 1e9 }, grant)) {
          tokens[claimed.play.sid]?.push(claimed.lease.token);
          expect(claimed.play.hold).toBeUndefined();
          expect(claimed.answers.map(({ id, payload }) => `${claimed.play.sid}.${id}=${payload}`).sort()).toEqual(
            [...accepted]
              .filter(([key]) => key.startsWith(`${claimed.play.sid}.`))
              .map(([key, value]) => `${key}=${value}`)
              .sort(),
          );
        }
        return;
      case 'record': {
        const { timeoutMs, kind, hasDefault } = one;
        const question = questionOf(one.pause, {
          kind,
          timeoutMs,
          defaultPayload: hasDefault && kind === 'question' ? '"d"' : undefined,
        });
        const fenced = one.stale && (tokens[one.play]?.length ?? 0) > 1;
        const answer = await life.record(one.play, token(one.play, one.stale), question, now);
        expect(fenced).toBe(false);
        const known = accepted.get(`${one.play}.${one.pause}`);
        if (known !== undefined) expect(answer?.payload).toBe(known);
        else if (answer !== undefined) accepted.set(`${one.play}.${one.pause}`, answer.payload);
        return;
      }
      case 'answer':
        await life.answer(one.play, one.pause, one.payload, now);
        expect(accepted.get(`${one.play}.${one.pause}`) ?? one.payload).toBe(one.payload);
        accepted.set(`${one.play}.${one.pause}`, one.payload);
        return;
      case 'report':
        await life.report(one.play, token(one.play, one.stale), one.outcome, now);
        return;
      case 'move':
        await move(one.play, one.pause, one.version);
        return;
      case 'renew': {
        const [state] = await store.renew([{ playSid: one.play, token: token(one.play, one.stale) }], now, TTL_MS);
        if (one.stale && (tokens[one.play]?.length ?? 0) > 1) expect(state).toBe('lost');
        return;
      }
      case 'hold':
        return change(one.play, (found) => hold(found, { at: now, by: '', reason: '' }));
      case 'unhold':
        return change(one.play, unhold);
      case 'terminate':
        return change(one.play, (found) => terminate(found, '', now));
      case 'cancel':
        await life.cancel(one.play, now);
        return;
      case 'withdraw':
        if (await life.withdraw(one.play, one.pause, token(one.play, one.stale))) {
          withdrawn.add(`${one.play}.${one.pause}`);
        }
        return;
      case 'time':
        now += one.ms;
        await store.beginDelayed(now);
        for (const sid of await store.listExpiredLeases(now, 10)) await life.expireLease(sid, now);
        for (const { playSid, resumeId } of await store.listDuePauses(now, 10)) {
          if (await life.expirePause(playSid, resumeId, now)) {
            accepted.set(`${playSid}.${resumeId}`, (await store.findPause(playSid, resumeId))?.payload ?? '');
          }
        }
    }
  }

  const change = (sid: string, next: (play: Play) => Play) =>
    store.change(sid, (found) => ({ play: next(found), result: undefined }));

  async function move(sid: string, id: string, number: number): Promise<void> {
    const moveTo = { sid: `v${number}`, number, limits: NO_LIMITS };
    const given = { payload: '1', by: 'me', now, moveTo };
    const isMoved = await store.changePause(sid, id, (found, known) => {
      const decided = answerPause(found, known, id, given);
      return { ...decided, result: decided.dropsOpen === true };
    });
    accepted.set(`${sid}.${id}`, '1');
    if (isMoved) forget(sid);
  }

  /** What lost a race on another version can be asked again. */
  function forget(sid: string): void {
    for (const key of withdrawn) if (key.startsWith(`${sid}.`)) withdrawn.delete(key);
  }

  async function check(sequential: boolean): Promise<void> {
    for (const sid of SIDS) {
      const is = (await store.find(sid)) as Play;
      expect(is.startedAt === undefined || is.startedAt >= (is.startAt ?? 0)).toBe(true);
      const was = seen.get(sid);
      seen.set(sid, is);
      expect(is.status === 'running').toBe(is.lease !== undefined);
      expect(is.status === 'awaiting_resume').toBe(is.awaitingSince !== undefined);
      expect(isTerminal(is.status)).toBe(is.completedAt !== undefined);
      if (was !== undefined && isTerminal(was.status)) expect(is).toEqual(was);
      if (sequential && was !== undefined && was.status !== is.status) expect(ALLOWED[was.status]).toContain(is.status);
      for (const [key, payload] of accepted) {
        if (!key.startsWith(`${sid}.`)) continue;
        expect((await store.findPause(sid, key.slice(2)))?.payload ?? '').toBe(payload);
      }
    }
    for (const key of withdrawn) {
      expect(accepted.has(key)).toBe(false);
      expect((await store.findPause(key[0] as string, key.slice(2)))?.state).toBe('withdrawn');
    }
    expect(await store.listMissedWakeUps(10)).toEqual([]);
  }

  /** What was done all the same though nobody was told: it stands from now on. */
  async function learn(): Promise<void> {
    for (const sid of SIDS) {
      if ((await store.find(sid))?.versionSid !== seen.get(sid)?.versionSid) forget(sid);
      for (const id of ['q1', 'q2', 'q3']) {
        const found = await store.findPause(sid, id);
        if (found?.state === 'withdrawn') withdrawn.add(`${sid}.${id}`);
        if (found?.state !== 'answered' && found?.state !== 'expired') continue;
        if (!accepted.has(`${sid}.${id}`)) accepted.set(`${sid}.${id}`, found.payload ?? '');
      }
    }
  }

  await life.add(playOf('a'));
  await life.add(playOf('b'));
  await life.add(playOf('c', { startAt: START_AT, notBefore: START_AT }));
  await check(true);
  for (const { steps, fault } of batches) {
    setFault(fault);
    // Refusals (a stale token, an answer that stands, an unknown pause) are part of the game; broken expectations are not.
    const ends = await Promise.allSettled(steps.map(take));
    setFault(undefined);
    for (const end of ends) {
      if (end.status !== 'rejected' || (end.reason as { reason?: string }).reason !== undefined) continue;
      if (!/^the disk /.test((end.reason as Error).message)) throw end.reason;
    }
    if (fault !== undefined) await learn();
    await check(steps.length === 1);
  }
  await close();
}

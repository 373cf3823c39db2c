// What operators do to plays, and what callers ask about their order: holds, terminate, concurrency keys, priorities, start rates.

import { topics } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { LeaseState } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { ConcurrencyPolicy, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const get = (playSid: string) => h.plays.getPlay({ playSid, withSpans: false });
const renew = async (lease: { playSid: string; leaseToken: string }) =>
  (await h.leases.renewLeases({ executorId: 'e1', leases: [lease] })).renewals[0]?.state;
const told = () => new Promise<void>((resolve) => h.signals.subscribe(topics.cancel, resolve));

test('a held play is not claimed until it is let go, and then at once', async () => {
  h = createHarness();
  const { sid } = await h.start();
  const held = await h.plays.pausePlay({ playSid: sid, by: 'Ada', reason: 'look first' });
  expect(held).toMatchObject({ status: PlayStatus.PENDING, hold: { by: 'Ada', reason: 'look first' } });
  expect(await h.plays.pausePlay({ playSid: sid, by: 'Bob' })).toMatchObject({ hold: held.hold as object });
  expect(await h.claimSome(5)).toEqual([]);
  const waiting = h.claim(10_000);
  const free = await h.plays.unpausePlay({ playSid: sid });
  expect(free.hold).toBeUndefined();
  expect((await waiting).play.sid).toBe(sid);
  expect((await h.plays.unpausePlay({ playSid: sid })).hold).toBeUndefined();
});

test('a running play is told at once, and comes back held; unpaused before that it just goes on', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  let asked = told();
  await h.plays.pausePlay({ playSid: lease.playSid });
  await asked;
  expect(await renew(lease)).toBe(LeaseState.HOLD);
  asked = told();
  await h.plays.unpausePlay({ playSid: lease.playSid });
  await asked;
  expect(await renew(lease)).toBe(LeaseState.OK);
  await h.plays.pausePlay({ playSid: lease.playSid });
  expect(await h.report(lease, RunOutcome.RELEASED)).toMatchObject({ status: PlayStatus.PENDING });
  expect(await h.claimSome(5)).toEqual([]);
  await h.plays.unpausePlay({ playSid: lease.playSid });
  expect((await h.claim()).play).toMatchObject({ attempt: 2 });
});

test('a held play that waits takes its answer, and stays held when it is woken', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  await h.pause(lease, 'q');
  await h.plays.pausePlay({ playSid: lease.playSid, reason: 'later' });
  expect(await h.report(lease, RunOutcome.AWAITING_RESUME)).toMatchObject({ status: PlayStatus.AWAITING_RESUME });
  await h.plays.resumePlay({ playSid: lease.playSid, resumeId: 'q', payloadJson: '1' });
  expect(await get(lease.playSid)).toMatchObject({ status: PlayStatus.PENDING, hold: { reason: 'later' } });
  expect(await h.claimSome(5)).toEqual([]);
  await h.plays.unpausePlay({ playSid: lease.playSid });
  expect((await h.claim()).answers).toMatchObject([{ payload: '1' }]);
});

test('a held play can be cancelled; one that has ended cannot be held', async () => {
  h = createHarness();
  const { sid } = await h.start();
  await h.plays.pausePlay({ playSid: sid });
  const cancelled = await h.plays.cancelPlay({ playSid: sid, reason: 'enough' });
  expect(cancelled).toMatchObject({ status: PlayStatus.CANCELLED });
  expect(cancelled.hold).toBeUndefined();
  expect((await failure(h.plays.pausePlay({ playSid: sid }))).reason).toBe('PLAY_ENDED');
  expect(await h.plays.unpausePlay({ playSid: sid })).toEqual(cancelled);
  expect(await h.plays.terminatePlay({ playSid: sid })).toEqual(cancelled);
  for (const call of [
    h.plays.pausePlay({ playSid: 'x' }),
    h.plays.unpausePlay({ playSid: 'x' }),
    h.plays.terminatePlay({ playSid: 'x' }),
  ]) {
    expect((await failure(call)).reason).toBe('PLAY_NOT_FOUND');
  }
});

test('terminate takes the grace away, also that of a cancel under way', async () => {
  h = createHarness({ config: { cancelGraceMs: 5000 } });
  await h.start();
  const { lease } = await h.claim();
  let asked = told();
  const cancelling = h.plays.cancelPlay({ playSid: lease.playSid, reason: 'first' });
  await asked;
  expect(await renew(lease)).toBe(LeaseState.CANCEL);
  asked = told();
  const terminating = h.plays.terminatePlay({ playSid: lease.playSid, reason: 'second' });
  await asked;
  expect(await renew(lease)).toBe(LeaseState.TERMINATE);
  await h.report(lease, RunOutcome.CANCELLED);
  expect(await terminating).toMatchObject({ status: PlayStatus.CANCELLED, error: { message: 'first' } });
  await cancelling;
  const { sid } = await h.start();
  expect(await h.plays.terminatePlay({ playSid: sid, reason: 'now' })).toMatchObject({
    status: PlayStatus.CANCELLED,
    error: { message: 'now' },
  });
});

test('of twenty starts at once that refuse to wait exactly one is accepted; the others name it', async () => {
  h = createHarness();
  const request = { concurrencyKey: 'c', onConflict: ConcurrencyPolicy.REJECT_NEWEST };
  const started = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => h.start({ ...request, name: `n${i}` })),
  );
  const accepted = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(accepted).toHaveLength(1);
  expect(accepted[0]).toMatchObject({ concurrencyKey: 'c', concurrencyLimit: 1 });
  const refused = await failure(h.start(request));
  expect(refused).toMatchObject({ reason: 'CONCURRENCY_LIMIT' });
  expect(refused.message).toContain(`"c" is taken by play ${accepted[0]?.sid}`);
  await h.plays.cancelPlay({ playSid: accepted[0]?.sid ?? '' });
  const again = await h.start({ ...request, idempotencyKey: 'i' });
  expect(await h.start({ ...request, idempotencyKey: 'i' })).toMatchObject({ sid: again.sid });
});

test('the newest displaces the oldest: a running one is asked to stop, and the newest runs when it is gone', async () => {
  h = createHarness();
  const request = { concurrencyKey: 'c', onConflict: ConcurrencyPolicy.CANCEL_OLDEST };
  await h.start(request);
  const first = await h.claim();
  const second = await h.start(request);
  const asked = told();
  const third = await h.start(request);
  expect(await get(second.sid)).toMatchObject({
    status: PlayStatus.CANCELLED,
    error: { message: expect.stringContaining('newer play') },
  });
  await asked;
  expect(await renew(first.lease)).toBe(LeaseState.CANCEL);
  const next = h.claim(10_000);
  await h.report(first.lease, RunOutcome.CANCELLED);
  expect((await next).play.sid).toBe(third.sid);
});

test('plays of a key queue, and the end of one hands its place to a waiting executor', async () => {
  h = createHarness();
  const request = { concurrencyKey: 'c', concurrencyLimit: 2 };
  const sids: string[] = [];
  for (let i = 0; i < 4; i++) sids.push((await h.start(request)).sid);
  const [first] = await h.claimSome(9);
  expect(await h.claimSome(9)).toEqual([]);
  const next = h.claim(10_000);
  await h.report(first ?? { playSid: '', leaseToken: '' }, RunOutcome.SUCCESS, { outputData: '1' });
  expect((await next).play.sid).toBe(sids[2]);
  const wrong = await failure(h.start({ onConflict: ConcurrencyPolicy.REJECT_NEWEST }));
  expect(wrong).toMatchObject({ reason: 'INVALID_ARGUMENT', violations: [{ field: 'concurrency_key' }] });
});

test('with a steady stream of urgent plays a low one still runs, after as many minutes as it is lower', async () => {
  const clock = createFakeClock();
  h = createHarness({ clock, loops: false });
  const low = await h.start({ priority: -5 });
  const order: string[] = [];
  for (let minute = 0; minute < 9; minute++) {
    await h.start({ priority: 2 });
    await h.start({ priority: 2 });
    order.push((await h.claim()).play.sid);
    await clock.advance(60_000);
  }
  expect(order.indexOf(low.sid)).toBe(-1);
  // Seven minutes on, the urgent ones that came before are as good; from then on only those are before it.
  const rest: string[] = [];
  for (let i = 0; i < 10; i++) {
    await h.start({ priority: 2 });
    rest.push((await h.claim()).play.sid);
  }
  expect(rest).toContain(low.sid);
});

test('the limits of a version: plays at a time, starts a minute by the clock, slots', async () => {
  const clock = createFakeClock();
  const limits = { maxRunning: 3, startsPerMinute: 2, slotCost: 2 };
  h = createHarness({ clock, config: { leaseTtlMs: 600_000 }, workflows: [{ sid: 'w1', name: 'greet', limits }] });
  for (let i = 0; i < 6; i++) await h.start();
  expect(await h.claimSome(3)).toHaveLength(1);
  expect(await h.claimSome(9)).toHaveLength(1);
  expect(await h.claimSome(9)).toHaveLength(0);
  const third = h.leases.acquirePlays({ executorId: 'e1', freeSlots: 3, waitMs: 20_000n });
  await clock.advance(60_000);
  const [claimed] = (await third).plays;
  const lease = { playSid: claimed?.play?.sid ?? '', leaseToken: claimed?.leaseToken ?? '' };
  expect(await h.claimSome(9)).toHaveLength(0);
  await h.report(lease, RunOutcome.SUCCESS, { outputData: '1' });
  // An executor that runs nothing is given what costs more than it has, alone.
  expect(await h.claimSome(1)).toHaveLength(0);
  expect(await h.claimSome(1, 'small')).toHaveLength(1);
});

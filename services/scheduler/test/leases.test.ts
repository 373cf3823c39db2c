// Leases: one holder at a time, stale tokens change nothing, a lost executor costs a run and never a play; cancel ends what runs.

import { topics } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { LeaseState } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const status = async (playSid: string) => (await h.plays.getPlay({ playSid, withSpans: false })).status;
const renew = async (...leases: { playSid: string; leaseToken: string }[]) =>
  (await h.leases.renewLeases({ executorId: 'e1', leases })).renewals.map((r) => r.state);

test('an expired lease puts the play back, and its token is worth nothing from then on', async () => {
  const clock = createFakeClock();
  h = createHarness({ clock });
  await h.start();
  const first = await h.claim();
  await clock.advance(9_000);
  expect(await renew(first.lease)).toEqual([LeaseState.OK]);
  await clock.advance(9_000);
  expect(await status(first.play.sid)).toBe(PlayStatus.RUNNING);
  await clock.advance(2_000);
  const second = await h.claim(10_000);
  expect(second.play).toMatchObject({ sid: first.play.sid, attempt: 2, durationMs: 9_000n });
  expect(await renew(first.lease, second.lease)).toEqual([LeaseState.LOST, LeaseState.OK]);
  for (const call of [() => h.report(first.lease, RunOutcome.SUCCESS), () => h.pause(first.lease, 'q')]) {
    expect((await failure(call())).reason).toBe('LEASE_LOST');
  }
  await clock.advance(500);
  const report = () => h.report(second.lease, RunOutcome.SUCCESS, { outputData: '1' });
  expect(await report()).toMatchObject({ status: PlayStatus.SUCCESS });
  expect(await report()).toMatchObject({ status: PlayStatus.SUCCESS });
  expect((await failure(h.report(second.lease, RunOutcome.FAILED))).reason).toBe('LEASE_LOST');
  expect(await h.plays.getPlay({ playSid: first.play.sid })).toMatchObject({ durationMs: 9_010n, outputData: '1' });
});

test('a play that loses its executor ten times in a row fails and says so', async () => {
  const clock = createFakeClock();
  h = createHarness({ clock });
  const { sid } = await h.start();
  for (let i = 0; i < 10; i++) {
    await h.claim(10_000);
    await clock.advance(11_000);
    await h.plays.waitPlay({ playSid: sid, timeoutMs: 20n });
  }
  expect(await h.plays.getPlay({ playSid: sid })).toMatchObject({
    status: PlayStatus.FAILED,
    attempt: 10,
    error: { type: 'ExecutorLost' },
  });
});

test('a released play is pending again; a repeated report gets the reply of the first', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  expect(await h.report(lease, RunOutcome.RELEASED)).toMatchObject({ status: PlayStatus.PENDING });
  const again = await h.claim();
  expect(again.play.attempt).toBe(2);
  expect(await h.report(lease, RunOutcome.RELEASED)).toMatchObject({ status: PlayStatus.PENDING });
  expect(await status(lease.playSid)).toBe(PlayStatus.RUNNING);
});

test('cancel ends a pending or paused play at once and asks a running one to stop', async () => {
  h = createHarness();
  const pending = await h.start();
  expect(await h.plays.cancelPlay({ playSid: pending.sid, reason: 'enough' })).toMatchObject({
    status: PlayStatus.CANCELLED,
    error: { message: 'enough' },
  });
  await h.start();
  const { lease } = await h.claim();
  await h.pause(lease, 'q');
  const asked = new Promise<void>((resolve) => h.signals.subscribe(topics.cancel, resolve));
  const cancelling = h.plays.cancelPlay({ playSid: lease.playSid });
  await asked;
  expect(await renew(lease)).toEqual([LeaseState.CANCEL]);
  await h.report(lease, RunOutcome.CANCELLED);
  const cancelled = await cancelling;
  expect(cancelled).toMatchObject({ status: PlayStatus.CANCELLED, pendingResumes: [] });
  expect(await h.plays.cancelPlay({ playSid: lease.playSid, reason: 'again' })).toEqual(cancelled);
  const late = h.plays.resumePlay({ playSid: lease.playSid, resumeId: 'q', payloadJson: '1' });
  expect((await failure(late)).reason).toBe('RESUME_WITHDRAWN');
});

test('a cancelled play whose executor is gone ends with its lease', async () => {
  h = createHarness({ config: { leaseTtlMs: 400, cancelGraceMs: 1000 } });
  await h.start();
  const { lease } = await h.claim();
  expect(await h.plays.cancelPlay({ playSid: lease.playSid })).toMatchObject({ status: PlayStatus.CANCELLED });
});

test('all plays of a workflow are counted and cancelled', async () => {
  h = createHarness({ config: { leaseTtlMs: 400 } });
  for (let i = 0; i < 5; i++) await h.start();
  const { lease } = await h.claim();
  await h.claim();
  const { live } = await h.workflowPlays.countLivePlays({ workflowSid: 'w1' });
  expect(live).toBe(5n);
  const cancelling = h.workflowPlays.cancelLivePlays({ workflowSid: 'w1' });
  await h.report(lease, RunOutcome.SUCCESS);
  expect((await cancelling).cancelled).toBeGreaterThanOrEqual(4n);
  expect((await h.workflowPlays.countLivePlays({ workflowSid: 'w1' })).live).toBe(0n);
});

test('a restarted local run takes its plays over before the first claim, and forgets nothing', async () => {
  h = createHarness();
  await h.start();
  const first = await h.claim();
  await h.pause(first.lease, 'q');
  await h.plays.resumePlay({ playSid: first.play.sid, resumeId: 'q', payloadJson: '1' });
  await h.close(true);
  h = createHarness({ file: h.file, config: { ownsAllLeases: true } });
  const second = await h.claim(0);
  expect(second.play).toMatchObject({ sid: first.play.sid, attempt: 2 });
  expect(second.answers).toMatchObject([{ id: 'q', payload: '1' }]);
  expect((await failure(h.report(first.lease, RunOutcome.SUCCESS))).reason).toBe('LEASE_LOST');
});

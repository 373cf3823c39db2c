// Pauses over the RPC surface: the first answer stands, time answers by itself, and nothing internal can be answered from outside.

import { createFakeClock } from '@hero-logic/platform/testing';
import { PlayStatus, WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test, vi } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const resume = (playSid: string, resumeId: string, payloadJson: string) =>
  h.plays.resumePlay({ playSid, resumeId, payloadJson });

async function paused(...ids: string[]) {
  await h.start();
  const { lease } = await h.claim();
  for (const id of ids) await h.pause(lease, id);
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  return lease.playSid;
}

test('of twenty answers at once one wins; equal ones all get its time', async () => {
  h = createHarness();
  const sid = await paused('q', 'r');
  const answers = Array.from({ length: 20 }, (_, i) => resume(sid, 'q', `{"n":${i}}`));
  const won = (await Promise.allSettled(answers)).filter((one) => one.status === 'fulfilled');
  expect(won).toHaveLength(1);
  const equal = Array.from({ length: 20 }, (_, i) => resume(sid, 'r', i % 2 ? '{"a":1,"b":2.0}' : '{"b":2,"a":1}'));
  const times = (await Promise.all(equal)).map((reply) => JSON.stringify(reply.resumedAt, (_, v) => String(v)));
  expect(new Set(times).size).toBe(1);
});

test('one answer of several wakes the play for its branch, the others stay open', async () => {
  h = createHarness();
  const sid = await paused('q1', 'q2');
  await resume(sid, 'q2', '1');
  const { lease, answers } = await h.claim();
  expect(answers.map((a) => a.id)).toEqual(['q2']);
  expect((await h.pause(lease, 'q1')).answer).toBeUndefined();
  expect((await h.plays.listPendingResumes({ playSid: sid })).resumes.map((r) => r.id)).toEqual(['q1']);
  await resume(sid, 'q1', '2');
  expect((await h.plays.getPlay({ playSid: sid })).status).toBe(PlayStatus.RUNNING);
  expect(await h.report(lease, RunOutcome.AWAITING_RESUME)).toMatchObject({ status: PlayStatus.PENDING });
});

test('an answer that is not JSON, does not fit or comes too late says why', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  const sid = lease.playSid;
  await h.pause(lease, 'q', { schema: '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n","m"]}' });
  expect(await failure(resume(sid, 'q', '{'))).toMatchObject({
    reason: 'INVALID_PAYLOAD',
    violations: [{ field: 'payload_json' }],
  });
  const misfit = await failure(resume(sid, 'q', '{"n":"x"}'));
  expect(misfit.violations.map((v) => v.field).sort()).toEqual(['payload.m', 'payload.n']);
  expect((await h.plays.listPendingResumes({ playSid: sid })).resumes).toHaveLength(1);
  await h.report(lease, RunOutcome.SUCCESS, { outputData: '1' });
  expect((await failure(resume(sid, 'q', '{"n":1,"m":1}'))).reason).toBe('RESUME_WITHDRAWN');
  expect((await h.plays.listPendingResumes({ playSid: sid })).resumes).toEqual([]);
  expect((await h.plays.getPlay({ playSid: sid })).pendingResumes).toEqual([]);
});

test('time takes defaults, ends timers, and expires what has neither; the loop wakes up for the earliest', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  const sid = lease.playSid;
  await h.pause(lease, 'far', { timeoutMs: 600_000n });
  await h.pause(lease, 'dflt', { timeoutMs: 60n, hasDefault: true, defaultPayload: '{"a": 1.0}', schema: '{}' });
  await h.pause(lease, 'none', { timeoutMs: 60n });
  await h.pause(lease, 'nap', { timeoutMs: 60n, kind: WaitKind.TIMER });
  const status = await h.report(lease, RunOutcome.AWAITING_RESUME);
  if (status.status === PlayStatus.AWAITING_RESUME) {
    const { waitingFor, pendingResumes } = await h.plays.getPlay({ playSid: sid });
    expect(waitingFor.find((w) => w.id === 'nap')).toMatchObject({ kind: WaitKind.TIMER });
    expect(pendingResumes.map((r) => r.id)).not.toContain('nap');
    expect((await failure(resume(sid, 'nap', 'null'))).reason).toBe('RESUME_NOT_FOUND');
  }
  let seen = await h.claim(10_000);
  while (seen.answers.length < 3) {
    await h.report(seen.lease, RunOutcome.AWAITING_RESUME);
    seen = await h.claim(10_000);
  }
  const answers = Object.fromEntries(seen.answers.map((a) => [a.id, a]));
  expect(answers.dflt).toMatchObject({ payload: '{"a": 1.0}', expired: false });
  expect(answers.none).toMatchObject({ payload: '', expired: true });
  expect(answers.nap).toMatchObject({ payload: 'null', expired: false });
  expect((await failure(resume(sid, 'none', '1'))).reason).toBe('RESUME_ALREADY_ANSWERED');
  await expect(resume(sid, 'dflt', '{"a":1}')).resolves.toMatchObject({ ok: true });
  const { receivedResumes } = await h.plays.getPlay({ playSid: sid });
  expect(receivedResumes.map((r) => r.resumedBy).sort()).toEqual(['default', 'expired']);
  expect((await h.pause(seen.lease, 'now', { timeoutMs: 0n })).answer).toMatchObject({ expired: true });
});

test('times that pass while nothing runs count when it runs again: a default, an expiry, a sleep of days', async () => {
  const clock = createFakeClock();
  h = createHarness({ clock });
  await h.start();
  const { lease } = await h.claim();
  const sid = lease.playSid;
  await h.pause(lease, 'dflt', { timeoutMs: 60_000n, hasDefault: true, defaultPayload: '{"a": 1.0}' });
  await h.pause(lease, 'none', { timeoutMs: 60_000n });
  await h.pause(lease, 'nap', { timeoutMs: 3n * 86_400_000n, kind: WaitKind.TIMER });
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  const later = async (ms: number) => {
    const { file } = h;
    await h.close(true);
    await clock.advance(ms);
    h = createHarness({ clock, file });
  };
  const goesOn = (answered: number) =>
    vi.waitFor(async () => {
      const { status, receivedResumes } = await h.plays.getPlay({ playSid: sid });
      expect([status, receivedResumes.length]).toEqual([PlayStatus.PENDING, answered]);
    });
  await later(59_999);
  expect(await h.claimSome(1), 'it is not time yet').toEqual([]);
  await later(1);
  await goesOn(2);
  expect((await failure(resume(sid, 'dflt', '2'))).reason).toBe('RESUME_ALREADY_ANSWERED');
  expect((await failure(resume(sid, 'none', '2'))).reason).toBe('RESUME_ALREADY_ANSWERED');
  const second = await h.claim();
  expect(second.answers.sort((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject([
    { id: 'dflt', payload: '{"a": 1.0}', expired: false },
    { id: 'none', payload: '', expired: true },
  ]);
  expect(await h.report(second.lease, RunOutcome.AWAITING_RESUME)).toMatchObject({
    status: PlayStatus.AWAITING_RESUME,
  });
  await later(3 * 86_400_000);
  await goesOn(2);
  const third = await h.claim();
  expect(third.answers.find(({ id }) => id === 'nap')).toMatchObject({ payload: 'null', expired: false });
  expect(third.answers).toHaveLength(3);
});

test('what the author of a flow got wrong is refused, naming the pause', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  const wrong = [
    { schema: '{' },
    { schema: '{"type":"nonsense"}' },
    { ui: 'x' },
    { schema: '{"type":"string"}', hasDefault: true, defaultPayload: '5' },
    { hasDefault: true, defaultPayload: '' },
  ];
  for (const one of wrong) expect((await h.pause(lease, 'q', { name: 'color', ...one })).refused).toContain('"color"');
  expect((await failure(h.pause(lease, 'q', { kind: WaitKind.CHILD }))).reason).toBe('INVALID_ARGUMENT');
  expect((await h.plays.listPendingResumes({ playSid: lease.playSid })).resumes).toEqual([]);
  const left = await h.report(lease, RunOutcome.AWAITING_RESUME);
  expect(left).toMatchObject({ status: PlayStatus.FAILED });
});

test('waits that lost a race are withdrawn for good: no answer, no time, no second asking', async () => {
  const clock = createFakeClock();
  h = createHarness({ clock });
  await h.start();
  const { lease } = await h.claim();
  const sid = lease.playSid;
  await h.pause(lease, 'lost', { timeoutMs: 1000n, hasDefault: true, defaultPayload: '1' });
  await h.pause(lease, 'nap', { timeoutMs: 1000n, kind: WaitKind.TIMER });
  await h.pause(lease, 'kept');
  await h.pause(lease, 'won');
  await resume(sid, 'won', '"first"');
  const withdraw = () => h.leases.withdrawPauses({ lease, resumeIds: ['lost', 'nap', 'won', 'never asked', 'lost'] });
  await withdraw();
  await withdraw();
  expect((await failure(resume(sid, 'lost', '1'))).reason).toBe('RESUME_WITHDRAWN');
  expect((await failure(resume(sid, 'nap', '1'))).reason).toBe('RESUME_NOT_FOUND');
  await expect(resume(sid, 'won', '"first"'), 'an answer that was taken stands').resolves.toMatchObject({ ok: true });
  expect((await h.plays.listPendingResumes({ playSid: sid })).resumes.map((r) => r.id)).toEqual(['kept']);
  expect((await h.pause(lease, 'lost')).refused).toContain('withdrawn');
  expect(await h.report(lease, RunOutcome.AWAITING_RESUME)).toMatchObject({ status: PlayStatus.PENDING });
  const next = await h.claim();
  expect(next.answers.map((a) => a.id)).toEqual(['won']);
  const left = await h.report(next.lease, RunOutcome.AWAITING_RESUME);
  expect(left).toMatchObject({ status: PlayStatus.AWAITING_RESUME });
  // The time of what was withdrawn passes, and nothing wakes the play.
  await clock.advance(5000);
  const later = await h.leases.acquirePlays({ executorId: 'e1', freeSlots: 1, waitMs: 150n });
  expect(later.plays).toEqual([]);
  const { waitingFor } = await h.plays.getPlay({ playSid: sid });
  expect(waitingFor.map((w) => w.id)).toEqual(['kept']);
  const stale = h.leases.withdrawPauses({ lease, resumeIds: ['kept'] });
  expect((await failure(stale)).reason).toBe('LEASE_LOST');
});

test('only internal waits open: awaiting_resume, but not settled', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  await h.pause(lease, 'nap', { timeoutMs: 60_000n, kind: WaitKind.TIMER });
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  const begin = performance.now();
  const play = await h.plays.waitPlay({ playSid: lease.playSid, timeoutMs: 50n });
  expect(performance.now() - begin).toBeGreaterThan(45);
  expect(play).toMatchObject({ status: PlayStatus.AWAITING_RESUME, pendingResumes: [], waitingFor: [{ id: 'nap' }] });
});

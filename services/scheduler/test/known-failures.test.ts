// What other engines get wrong about waiting and answering, each as a test of its name. docs/known-failures.md is the index of all, here
// and elsewhere: what goes wrong, what happens here instead, and the tests; the last test keeps it true.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFakeClock } from '@hero-logic/platform/testing';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome, WaitKind } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const resume = (playSid: string, resumeId: string, payloadJson: string) =>
  h.plays.resumePlay({ playSid, resumeId, payloadJson });
const answersOf = async () => {
  const { lease, answers } = await h.claim();
  return { lease, answers: Object.fromEntries(answers.map((a) => [a.id, a])) };
};

test('a leftover timer overwrites an answer', async () => {
  const clock = createFakeClock();
  h = createHarness({ clock, config: { leaseTtlMs: 600_000 } });
  await h.start();
  const { lease } = await h.claim();
  const sid = lease.playSid;
  await h.pause(lease, 'dflt', { timeoutMs: 1000n, hasDefault: true, defaultPayload: '"default"' });
  await h.pause(lease, 'none', { timeoutMs: 1000n });
  await h.pause(lease, 'lost', { timeoutMs: 1000n, kind: WaitKind.TIMER });
  await h.pause(lease, 'later');
  await h.leases.withdrawPauses({ lease, resumeIds: ['lost'] });
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  await resume(sid, 'dflt', '"mine"');
  await resume(sid, 'none', '"mine too"');
  const next = await answersOf();
  expect(next.answers).toMatchObject({ dflt: { payload: '"mine"' }, none: { payload: '"mine too"', expired: false } });
  await h.report(next.lease, RunOutcome.AWAITING_RESUME);
  await clock.advance(60_000);
  const play = await h.plays.getPlay({ playSid: sid });
  expect(play.status, 'no timer of the past wakes it').toBe(PlayStatus.AWAITING_RESUME);
  expect(play.receivedResumes.map((r) => [r.id, r.payload, r.resumedBy]).sort()).toEqual([
    ['dflt', '"mine"', expect.not.stringMatching(/default|expired/)],
    ['none', '"mine too"', expect.not.stringMatching(/default|expired/)],
  ]);
  await resume(sid, 'later', '1');
  expect((await answersOf()).answers).toMatchObject({ dflt: { payload: '"mine"' }, none: { payload: '"mine too"' } });
});

test('an answer that arrives before the pause is recorded', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  const sid = lease.playSid;
  expect((await failure(resume(sid, 'q', '"early"'))).reason, 'it is refused, not kept for later').toBe(
    'RESUME_NOT_FOUND',
  );
  expect((await h.pause(lease, 'q')).answer, 'and nothing of it is left').toBeUndefined();
  await resume(sid, 'q', '"in time"');
  expect(await h.report(lease, RunOutcome.AWAITING_RESUME), 'no wake-up is lost').toMatchObject({
    status: PlayStatus.PENDING,
  });
  expect((await answersOf()).answers.q).toMatchObject({ payload: '"in time"' });
});

test('an answer that arrives after the pause is recorded and before the process has left', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  await h.pause(lease, 'q');
  await resume(lease.playSid, 'q', '"now"');
  expect((await h.plays.getPlay({ playSid: lease.playSid })).status).toBe(PlayStatus.RUNNING);
  expect((await h.pause(lease, 'q')).answer, 'a run that asks again hears it at once').toMatchObject({
    payload: '"now"',
  });
});

test.each([true, false])('a time-out races an answer, with a default: %s', async (hasDefault) => {
  const clock = createFakeClock();
  h = createHarness({ clock, config: { leaseTtlMs: 600_000 } });
  await h.start();
  const { lease } = await h.claim();
  const sid = lease.playSid;
  const ids = Array.from({ length: 40 }, (_, i) => `q${i}`);
  for (const id of ids) {
    await h.pause(lease, id, { timeoutMs: 1000n, ...(hasDefault ? { hasDefault, defaultPayload: '"default"' } : {}) });
  }
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  const before = ids.slice(0, 20).map((id) => resume(sid, id, '"mine"'));
  const time = clock.advance(1000);
  const after = ids.slice(20).map((id) => resume(sid, id, '"mine"'));
  const outcomes = await Promise.allSettled([...before, ...after]);
  await time;
  const { receivedResumes, pendingResumes } = await h.plays.getPlay({ playSid: sid });
  expect(pendingResumes, 'every one is resolved').toEqual([]);
  const found = Object.fromEntries(receivedResumes.map((r) => [r.id, r]));
  const { answers } = await answersOf();
  ids.forEach((id, i) => {
    const accepted = outcomes[i]?.status === 'fulfilled';
    expect(answers[id], id).toMatchObject(
      accepted
        ? { payload: '"mine"', expired: false }
        : { payload: hasDefault ? '"default"' : '', expired: !hasDefault },
    );
    expect(found[id]?.resumedBy === (hasDefault ? 'default' : 'expired'), id).toBe(!accepted);
  });
  for (const [i, id] of ids.entries()) {
    const again = resume(sid, id, '"mine"').then(
      () => 'ok',
      (error: unknown) => String(error),
    );
    expect((await again) === 'ok', 'what was said once is said again').toBe(outcomes[i]?.status === 'fulfilled');
  }
});

test('twenty callers answer at the same moment', async () => {
  h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  const sid = lease.playSid;
  await h.pause(lease, 'q');
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  const answers = Array.from({ length: 20 }, (_, i) => resume(sid, 'q', `{"n": ${i % 10}}`));
  const outcomes = await Promise.allSettled(answers);
  const { answers: kept, lease: next } = await answersOf();
  const won = JSON.parse(kept.q?.payload ?? '') as { n: number };
  outcomes.forEach((outcome, i) => {
    expect(outcome.status, `caller ${i} of ${won.n}`).toBe(i % 10 === won.n ? 'fulfilled' : 'rejected');
  });
  const times = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [JSON.stringify(o.value.resumedAt, asText)] : []));
  expect(times).toHaveLength(2);
  expect(new Set(times).size, 'equal answers all get the time of the first').toBe(1);
  await h.report(next, RunOutcome.SUCCESS, { outputData: '1' });
  const late = await resume(sid, 'q', `{ "n" : ${won.n}.0 }`);
  expect(JSON.stringify(late.resumedAt, asText), 'also after the end of the play').toBe(times[0]);
});

test('retention removes what a paused parent needs', async () => {
  h = createHarness({ workflows: [...WORKFLOWS] });
  await h.start();
  const { lease } = await h.claim();
  const spawn = { workflowName: 'child', inputData: '{}' };
  const { childPlaySid } = await h.pause(lease, 'c', { kind: WaitKind.CHILD, spawn });
  await h.pause(lease, 'q');
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  const child = await h.claim();
  await h.report(child.lease, RunOutcome.SUCCESS, { outputData: '{"n": 1.0}' });
  const told = await h.claim(10_000);
  expect(told.play.sid).toBe(lease.playSid);
  await h.report(told.lease, RunOutcome.AWAITING_RESUME);
  for (const table of ['play_texts', 'play_pauses']) h.db.run(`DELETE FROM ${table} WHERE play_sid = ?`, childPlaySid);
  h.db.run('DELETE FROM plays WHERE sid = ?', childPlaySid);
  h.workflows.pop();
  await resume(lease.playSid, 'q', '1');
  const payload = `{"play_sid":"${childPlaySid}","status":"success","output":{"n": 1.0}}`;
  expect((await answersOf()).answers, 'nothing of the child is looked up again').toMatchObject({ c: { payload } });
});

const WORKFLOWS = [
  { sid: 'w1', name: 'greet' },
  { sid: 'w2', name: 'child' },
];

test('the index names tests that are there', () => {
  h = createHarness();
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const rows = readFileSync(join(root, 'docs/known-failures.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| [^-]/.test(line));
  let file = '';
  let found = 0;
  for (const row of rows) {
    const proof = row.split(' | ').at(-1) ?? '';
    for (const [, path, title] of proof.matchAll(/`([\w./-]+)`|"([^"]+)"/g)) {
      if (path?.startsWith('test_') && !path.endsWith('.py')) {
        expect(readFileSync(join(root, file), 'utf8'), file).toContain(`def ${path}(`);
      } else if (path !== undefined) {
        file = path.includes('/') ? path : join(dirname(file), path);
        expect(existsSync(join(root, file)), file).toBe(true);
      } else expect(readFileSync(join(root, file), 'utf8'), file).toContain(title);
      found += 1;
    }
  }
  expect(found).toBeGreaterThan(rows.length);
});

const asText = (_: string, value: unknown) =>
  String(typeof value === 'object' ? JSON.stringify(value, bigints) : value);
const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

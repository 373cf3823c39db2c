// Spawned plays over the RPC surface: one child for each pause however often it is recorded, its outcome reaches its parent whichever
// of them is faster and whatever crashes in between, a group wakes its parent once, and nobody is left running for a parent that is gone.

import { createFakeClock } from '@hero-logic/platform/testing';
import { PlayStatus, WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, describe, expect, test } from 'vitest';
import { createHarness, failure, type Harness, type HarnessOptions, RunOutcome } from './harness.ts';

type Lease = { playSid: string; leaseToken: string };

let h: Harness;
afterEach(() => h.close());

const WORKFLOWS: Required<HarnessOptions>['workflows'] = [
  { sid: 'w1', name: 'parent' },
  {
    sid: 'w2',
    name: 'child',
    inputs: [
      { name: 'n', fieldType: 3, required: true },
      { name: 'm', default: '7' },
    ],
  },
  { sid: 'w3', name: 'single', inputs: [{ name: 'text', fieldType: 1, required: true }] },
  { sid: 'w4', name: 'gone', archived: true },
];
const create = (more: HarnessOptions = {}) => createHarness({ workflows: [...WORKFLOWS], ...more });

const spawn = (lease: Lease, id: string, more: object = {}) =>
  h.pause(lease, id, {
    kind: WaitKind.CHILD,
    spanId: `span of ${id}`,
    spawn: { workflowName: 'child', inputData: '{"n": 1}', ...more },
  });
const grouped = (lease: Lease, id: string) => spawn(lease, id, { group: 'g' });
const play = (playSid: string) => h.plays.getPlay({ playSid, withSpans: false });
const terminal = (playSid: string) => h.plays.waitPlay({ playSid, timeoutMs: 20_000n, until: 2 });

async function running(): Promise<Lease> {
  const { sid } = await h.start();
  const { lease } = await h.claim();
  expect(lease.playSid).toBe(sid);
  return lease;
}

/** A parent that waits for children; their sids. */
async function waiting(...ids: string[]) {
  const lease = await running();
  const children: string[] = [];
  for (const id of ids) children.push((await grouped(lease, id)).childPlaySid);
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  return { parent: lease.playSid, children };
}

describe('a child', () => {
  test('is started once, checked like any start, and belongs to its parent', async () => {
    h = create();
    const lease = await running();
    const replies = await Promise.all(Array.from({ length: 10 }, () => spawn(lease, 'c', { inputData: ' {"n": 1} ' })));
    replies.push(await spawn(lease, 'c', { inputData: '{"n": 2}' }));
    expect(new Set(replies.map((reply) => reply.childPlaySid)).size).toBe(1);
    const { plays: children } = await h.plays.listPlays({ parentPlaySid: lease.playSid });
    expect(children).toHaveLength(1);
    const [child] = children;
    expect(child).toMatchObject({
      ...{ workflowName: 'child', status: PlayStatus.PENDING, depth: 1, trigger: `play ${lease.playSid}` },
      ...{ parentPlaySid: lease.playSid, rootPlaySid: lease.playSid, parentSpanId: 'span of c' },
    });
    expect((await play(child?.sid ?? '')).inputData).toBe(' {"n": 1,"m":7}');
    await h.report(lease, RunOutcome.AWAITING_RESUME);
    const parent = await h.plays.waitPlay({ playSid: lease.playSid, timeoutMs: 1n });
    expect(parent).toMatchObject({
      ...{ status: PlayStatus.AWAITING_RESUME, pendingResumes: [], depth: 0 },
      waitingFor: [{ kind: WaitKind.CHILD, id: 'c', playSid: child?.sid }],
    });
    expect((await h.plays.listPendingResumes({ playSid: lease.playSid })).resumes).toEqual([]);
    const answer = h.plays.resumePlay({ playSid: lease.playSid, resumeId: 'c', payloadJson: '1' });
    expect((await failure(answer)).reason).toBe('RESUME_NOT_FOUND');
  });

  test('wakes its parent with its output, as it was sent', async () => {
    h = create();
    const lease = await running();
    const { childPlaySid } = await spawn(lease, 'c');
    await h.report(lease, RunOutcome.AWAITING_RESUME);
    const child = await h.claim();
    expect(child.play.sid).toBe(childPlaySid);
    await h.report(child.lease, RunOutcome.SUCCESS, { outputData: ' {"n": 1.0, "big": 90071992547409931}' });
    const again = await h.claim(10_000);
    expect(again.play.sid).toBe(lease.playSid);
    const payload = `{"play_sid":"${childPlaySid}","status":"success","output": {"n": 1.0, "big": 90071992547409931}}`;
    expect(again.answers).toMatchObject([{ id: 'c', name: 'c', payload, expired: false }]);
    expect((await spawn(again.lease, 'c')).answer).toMatchObject({ payload });
    expect((await play(lease.playSid)).receivedResumes).toEqual([]);
  });

  test('tells what it used, with its own children, whichever way it ended', async () => {
    h = create();
    const { children } = await waiting('priced', 'unpriced', 'none');
    const used = [{ totalCostUsd: 0.5, tokensPrompt: 3n, tokensCompletion: 4n }, { tokensPrompt: 3n }, {}];
    for (const [i, figures] of used.entries()) {
      const { lease } = await h.claim();
      expect(lease.playSid).toBe(children[i]);
      await h.report(lease, i === 1 ? RunOutcome.FAILED : RunOutcome.SUCCESS, { outputData: '1', ...figures });
    }
    const { answers } = await h.claim(10_000);
    const usage = new Map(answers.map(({ id, payload }) => [id, JSON.parse(payload).usage]));
    expect(usage.get('priced')).toEqual({ cost_usd: 0.5, tokens_prompt: 3, tokens_completion: 4 });
    expect(usage.get('unpriced')).toEqual({ tokens_prompt: 3 });
    expect(usage.get('none')).toBeUndefined();
  });

  test('that ends at once is answered in the reply; one that takes longer does not hold it up', async () => {
    h = create();
    const lease = await running();
    const recording = spawn(lease, 'fast');
    const child = await h.claim(10_000);
    await h.report(child.lease, RunOutcome.SUCCESS, { outputData: '1' });
    // The reply waits 50 ms at most: on a slow machine it may come without the answer, but never without the child.
    const reply = await recording;
    expect(reply.childPlaySid).toBe(child.play.sid);
    if (reply.answer === undefined) await h.report(lease, RunOutcome.AWAITING_RESUME);
    const begin = performance.now();
    const held = reply.answer === undefined ? (await h.claim(10_000)).lease : lease;
    expect((await spawn(held, 'slow')).answer).toBeUndefined();
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test('that ends while its parent still runs, or is just leaving, sends it on at once', async () => {
    h = create();
    const lease = await running();
    await spawn(lease, 'c');
    const child = await h.claim();
    await h.report(child.lease, RunOutcome.FAILED, { error: { type: 'ValueError', message: 'no', traceback: 'tb' } });
    await told(child.play.sid);
    expect((await play(lease.playSid)).status).toBe(PlayStatus.RUNNING);
    expect(await h.report(lease, RunOutcome.AWAITING_RESUME)).toMatchObject({ status: PlayStatus.PENDING });
    const { answers } = await h.claim();
    expect(JSON.parse(answers[0]?.payload ?? '')).toEqual({
      ...{ play_sid: child.play.sid, status: 'failed', error: { type: 'ValueError', message: 'no', traceback: 'tb' } },
    });
  });

  test('tells how it ended, whichever way', async () => {
    const clock = createFakeClock();
    h = create({ clock });
    const { parent, children } = await waiting('fails', 'late', 'stopped', 'waits');
    const [fails = '', late = '', stopped = '', waits = ''] = children;
    const first = await h.claim();
    await h.report(first.lease, RunOutcome.FAILED, {
      error: { message: 'm'.repeat(9000), traceback: 't'.repeat(9000) },
    });
    const second = await h.claim();
    await h.report(second.lease, RunOutcome.TIMED_OUT, { error: { type: 'WallTimeLimit', message: 'too long' } });
    await h.plays.cancelPlay({ playSid: stopped, reason: 'enough' });
    expect((await play(waits)).status, 'the end of one leaves its siblings alone').toBe(PlayStatus.PENDING);
    await h.plays.cancelPlay({ playSid: waits });
    const { answers, play: woken } = await h.claim(10_000);
    expect(woken.sid).toBe(parent);
    const said = new Map(answers.map(({ id, payload }) => [id, JSON.parse(payload)]));
    expect(said.get('fails')).toMatchObject({ play_sid: fails, status: 'failed' });
    expect(said.get('fails').error.message).toMatch(/^m{4096}…/);
    expect(said.get('fails').error.traceback).toMatch(/^t{8192}…/);
    expect(said.get('late')).toMatchObject({ play_sid: late, status: 'timed_out', error: { message: 'too long' } });
    expect(said.get('stopped')).toMatchObject({ status: 'cancelled', error: { message: 'enough' } });
    expect(said.get('waits')).toEqual({ play_sid: waits, status: 'cancelled', error: null });
  });

  test('that cannot be started answers with why, and a replay meets the same', async () => {
    h = create();
    const lease = await running();
    const wrong = {
      'there is no such flow': [{ workflowName: 'nobody' }, 'WORKFLOW_NOT_FOUND', 'the registry has none'],
      'no such version': [{ versionSid: 'v9' }, 'VERSION_NOT_FOUND', 'no such version'],
      archived: [{ workflowName: 'gone' }, 'WORKFLOW_ARCHIVED', 'archived'],
      inputs: [
        { inputData: '{"n":"x","k":1}' },
        'INVALID_INPUT',
        /input_data.k: is unknown.*input_data.n: must be an integer/,
      ],
      'no input': [{ inputData: '{}' }, 'INVALID_INPUT', 'input_data.n: is required'],
      'not JSON': [{ inputData: '{' }, 'INVALID_INPUT', 'input_data: is not JSON'],
      'many inputs': [{ inputData: '[1]' }, 'INVALID_INPUT', 'flow child has 2 inputs; give it an object of them'],
    } as const;
    for (const [id, [more, type, message]] of Object.entries(wrong)) {
      const { answer, childPlaySid } = await spawn(lease, id, more);
      expect(childPlaySid).toBe('');
      const { error, ...rest } = JSON.parse(answer?.payload ?? '');
      expect(rest).toEqual({ play_sid: '', status: 'failed' });
      expect(error).toMatchObject({
        type,
        message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
      });
    }
    h.workflows.push({ sid: 'w9', name: 'nobody' });
    const again = await spawn(lease, 'there is no such flow', { workflowName: 'nobody' });
    expect(JSON.parse(again.answer?.payload ?? '').error.type).toBe('WORKFLOW_NOT_FOUND');
    expect((await h.plays.listPlays({ parentPlaySid: lease.playSid })).plays).toEqual([]);
    const { childPlaySid } = await spawn(lease, 'single', { workflowName: 'single', inputData: ' "x" ', group: 'g' });
    expect((await play(childPlaySid)).inputData).toBe('{"text": "x" }');
    expect((await failure(h.pause(lease, 'no spawn', { kind: WaitKind.CHILD }))).violations).toMatchObject([
      { field: 'spawn' },
    ]);
    expect((await failure(spawn({ ...lease, leaseToken: 'stale' }, 'c'))).reason).toBe('LEASE_LOST');
  });

  test('may have fifty plays above it, not more', async () => {
    h = create();
    let lease = await running();
    for (let depth = 1; depth <= 50; depth++) {
      const { childPlaySid } = await grouped(lease, `c${depth}`);
      await h.report(lease, RunOutcome.AWAITING_RESUME);
      const next = await h.claim();
      expect(next.play).toMatchObject({ sid: childPlaySid, depth });
      lease = next.lease;
    }
    const { answer } = await grouped(lease, 'one more');
    expect(JSON.parse(answer?.payload ?? '').error).toMatchObject({
      type: 'TooDeep',
      message: expect.stringContaining('50 plays below'),
    });
  }, 30_000);
});

describe('after a crash', () => {
  test('between the pause and its child, the next recording adds the very child that was chosen', async () => {
    h = create();
    const lease = await running();
    const { childPlaySid } = await grouped(lease, 'c');
    h.db.run('DELETE FROM plays WHERE sid = ?', childPlaySid);
    h.db.run('DELETE FROM play_texts WHERE play_sid = ?', childPlaySid);
    expect((await grouped(lease, 'c')).childPlaySid).toBe(childPlaySid);
    expect(await play(childPlaySid)).toMatchObject({ status: PlayStatus.PENDING, inputData: '{"n": 1,"m":7}' });
    expect((await h.plays.listPlays({ parentPlaySid: lease.playSid })).plays).toHaveLength(1);
    h.db.run('DELETE FROM plays WHERE sid = ?', childPlaySid);
    h.workflows.splice(1, 1);
    const { answer } = await grouped(lease, 'c');
    expect(JSON.parse(answer?.payload ?? '').error.type, 'its workflow is gone meanwhile').toBe('WORKFLOW_NOT_FOUND');
  });

  test('between the end of a child and the answer of its parent, the next start makes it good', async () => {
    h = create({ loops: false });
    const { parent, children } = await waiting('c');
    const child = await h.claim();
    await h.report(child.lease, RunOutcome.SUCCESS, { outputData: '5' });
    expect((await play(parent)).status).toBe(PlayStatus.AWAITING_RESUME);
    await h.close(true);
    h = create({ file: h.file });
    const { answers } = await h.claim(10_000);
    expect(answers[0]?.payload).toBe(`{"play_sid":"${children[0]}","status":"success","output":5}`);
  });

  test('between the end of a parent and that of its children, the next start cancels them', async () => {
    h = create({ loops: false });
    const lease = await running();
    const { childPlaySid } = await grouped(lease, 'c');
    await h.report(lease, RunOutcome.FAILED, { error: { message: 'no' } });
    expect((await play(childPlaySid)).status).toBe(PlayStatus.PENDING);
    await h.close(true);
    h = create({ file: h.file });
    expect(await terminal(childPlaySid)).toMatchObject({ status: PlayStatus.CANCELLED });
  });
});

describe('a group', () => {
  test('wakes its parent once, when the last of it has ended', async () => {
    h = create();
    const { parent, children } = await waiting('a', 'b', 'c');
    for (const sid of children.slice(0, 2)) {
      const { lease } = await h.claim();
      await h.report(lease, RunOutcome.SUCCESS, { outputData: '1' });
      await told(sid);
      expect((await play(parent)).status).toBe(PlayStatus.AWAITING_RESUME);
    }
    expect((await play(parent)).waitingFor).toMatchObject([{ id: 'c' }]);
    const { lease } = await h.claim();
    await h.report(lease, RunOutcome.SUCCESS, { outputData: '1' });
    const woken = await h.claim(10_000);
    expect(woken.play).toMatchObject({ sid: parent, attempt: 2 });
    expect(woken.answers.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
  });

  test('loses nothing when its parent is woken by something else in between', async () => {
    h = create();
    const lease = await running();
    const children = [(await grouped(lease, 'a')).childPlaySid, (await grouped(lease, 'b')).childPlaySid];
    await h.pause(lease, 'q');
    await h.report(lease, RunOutcome.AWAITING_RESUME);
    const first = await h.claim();
    await h.report(first.lease, RunOutcome.SUCCESS, { outputData: '1' });
    await told(children[0] ?? '');
    await h.plays.resumePlay({ playSid: lease.playSid, resumeId: 'q', payloadJson: '1' });
    const both = [await h.claim(), await h.claim()];
    const second = both.find((one) => one.play.sid === children[1]) as (typeof both)[number];
    const again = both.find((one) => one.play.sid === lease.playSid) as (typeof both)[number];
    expect(again.answers.map(({ id }) => id)).toEqual(['a', 'q']);
    expect((await grouped(again.lease, 'b')).answer).toBeUndefined();
    expect(await h.report(again.lease, RunOutcome.AWAITING_RESUME)).toMatchObject({
      status: PlayStatus.AWAITING_RESUME,
    });
    await h.report(second.lease, RunOutcome.SUCCESS, { outputData: '2' });
    expect((await h.claim(10_000)).answers.map(({ id }) => id)).toEqual(['a', 'q', 'b']);
  });

  test('with large outputs comes in portions: what a claim leaves out is there when it is asked for', async () => {
    h = create();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const { parent } = await waiting(...ids);
    const outputData = JSON.stringify('x'.repeat(3 * 1024 * 1024));
    for (const _ of ids) await h.report((await h.claim()).lease, RunOutcome.SUCCESS, { outputData });
    const woken = await h.claim(10_000);
    expect(woken.play.sid).toBe(parent);
    expect(woken.answers.map(({ id }) => id)).toEqual(['a', 'b']);
    for (const id of ids) expect((await grouped(woken.lease, id)).answer?.payload).toContain(outputData);
    // A run that does not ask for them is not sent round and round.
    await h.pause(woken.lease, 'q');
    expect(await h.report(woken.lease, RunOutcome.AWAITING_RESUME)).toMatchObject({
      status: PlayStatus.AWAITING_RESUME,
    });
  }, 30_000);
});

describe('cancel', () => {
  test('travels down three levels, over plays that wait, run and have not begun', async () => {
    h = create();
    const { parent, children } = await waiting('a', 'b');
    const child = await h.claim();
    const grandchild = (await grouped(child.lease, 'c')).childPlaySid;
    await h.report(child.lease, RunOutcome.AWAITING_RESUME);
    const second = await h.claim();
    const third = await h.claim();
    expect(third.play.sid).toBe(grandchild);
    const last = (await grouped(third.lease, 'd')).childPlaySid;
    await h.report(third.lease, RunOutcome.AWAITING_RESUME);
    await h.plays.cancelPlay({ playSid: parent, reason: 'enough' });
    for (const sid of [parent, children[0] ?? '', grandchild, last]) {
      expect(await play(sid), 'when the call returns').toMatchObject({ status: PlayStatus.CANCELLED, waitingFor: [] });
    }
    const { renewals } = await h.leases.renewLeases({ executorId: 'e1', leases: [second.lease] });
    expect(renewals[0]?.state).toBe(2);
    await h.report(second.lease, RunOutcome.CANCELLED);
    expect(await terminal(second.play.sid)).toMatchObject({
      status: PlayStatus.CANCELLED,
      error: { message: `play ${parent}, which started it, does not wait for it any more` },
    });
    expect(await play(parent)).toMatchObject({ error: { message: 'enough' } });
  });

  test('follows any other end of a parent', async () => {
    h = create();
    for (const outcome of [RunOutcome.FAILED, RunOutcome.TIMED_OUT, RunOutcome.SUCCESS]) {
      const lease = await running();
      const { childPlaySid } = await grouped(lease, 'c');
      await h.report(lease, outcome, { outputData: '1' });
      expect(await terminal(childPlaySid)).toMatchObject({ status: PlayStatus.CANCELLED });
    }
  });
});

/** Waits until the parent of an ended play has been told, by looking at what is kept. */
async function told(childSid: string): Promise<void> {
  const isTold = () => h.db.get('SELECT 1 FROM plays WHERE sid = ? AND told = 1', childSid) !== undefined;
  while (!isTold()) await new Promise((resolve) => setImmediate(resolve));
}

// Contract: a fork is a pending play with the answers that were given before its span began, in one write after the copy; the original
// stays as it is. An answer with a version moves the play in the same write, and fences the run of the old one.

import { HeroError, timeFromPb } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { PlayStatus, WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const NOW = 1_800_000_000_000;

/** A play that has asked q1 (answered), nap (over) and q2 (answered), each by the span of its name, and succeeded. */
async function asked() {
  const clock = createFakeClock(NOW);
  h = createHarness({
    clock,
    loops: false,
    workflows: [
      { sid: 'w1', name: 'greet', inputs: [{ name: 'x' }] },
      { sid: 'w2', name: 'other' },
    ],
  });
  const play = await h.start({
    inputData: '{"x": 1.0}',
    name: 'mine',
    tags: { a: 'b' },
    trigger: 'cli',
    idempotencyKey: 'k',
  });
  const { lease } = await h.claim();
  const answer = async (id: string, payloadJson: string) => {
    await clock.advance(1000);
    await h.pause(lease, id, { spanId: id, schema: '{"type":"string"}', message: `**${id}**` });
    await h.plays.resumePlay({ playSid: play.sid, resumeId: id, payloadJson, resumedBy: 'ann' });
  };
  await answer('q1', '"one"');
  await h.pause(lease, 'nap', { spanId: 'nap', kind: WaitKind.TIMER, timeoutMs: 0n });
  await answer('q2', '"two"');
  await h.report(lease, RunOutcome.SUCCESS, { outputData: '1' });
  h.record.spans = { root: NOW, q1: NOW + 1000, a: NOW + 1001, q2: NOW + 1900, b: NOW + 2001 };
  const playSid = play.sid;
  return {
    playSid,
    clock,
    rows: () =>
      JSON.stringify(
        ['plays', 'play_pauses', 'play_texts'].map((t) =>
          h.db.all(`SELECT * FROM ${t} WHERE ${t === 'plays' ? 'sid' : 'play_sid'} = ?`, playSid),
        ),
      ),
  };
}

test('keeps what was answered before, belongs to nobody, and leaves the original alone', async () => {
  const { playSid, rows } = await asked();
  const before = rows();
  const fork = await h.plays.forkPlay({ playSid, fromSpanId: 'a' });
  expect(fork).toMatchObject({
    ...{
      status: PlayStatus.PENDING,
      name: 'mine',
      tags: { a: 'b' },
      trigger: `fork of ${playSid}`,
      inputData: '{"x": 1.0}',
    },
    ...{ idempotencyKey: '', rootPlaySid: fork.sid, workflowVersionSid: 'w1-v1', attempt: 0, outputData: '' },
    forkedFrom: { playSid, spanId: 'a' },
    receivedResumes: [{ id: 'q1', playSid: fork.sid, payload: '"one"', resumedBy: 'ann', message: '**q1**' }],
  });
  expect(timeFromPb(fork.receivedResumes[0]?.resumedAt)).toBe(NOW + 1000);
  expect(h.record.copies).toMatchObject([
    {
      fromPlaySid: playSid,
      toPlaySid: fork.sid,
      fromSpanId: 'a',
      versionSid: 'w1-v1',
      edited: false,
      checkOnly: false,
    },
  ]);
  expect(h.record.copies[0]?.askingSpanIds).toEqual(['q1', 'nap', 'q2']);
  const claimed = await h.claim();
  expect(claimed.answers.map((one) => one.id)).toEqual(['q1']);
  const whole = await h.plays.forkPlay({ playSid: fork.sid, fromSpanId: 'b', name: 'again' });
  expect(whole).toMatchObject({ name: 'again', forkedFrom: { playSid: fork.sid }, receivedResumes: [{ id: 'q1' }] });
  expect(rows()).toBe(before);
});

test('of answers at the very moment only those to questions that were asked before the span count', async () => {
  const { playSid } = await asked();
  h.record.spans = { root: NOW, q1: NOW + 1000, a: NOW + 2000, q2: NOW + 2000, b: NOW + 2000 };
  const kept = async (fromSpanId: string) =>
    (await h.plays.forkPlay({ playSid, fromSpanId })).receivedResumes.map((one) => one.id);
  expect(await kept('q2')).toEqual(['q1']);
  expect(await kept('b')).toEqual(['q1', 'q2']);
  expect(await kept('q1')).toEqual([]);
});

test('what is edited is checked, and told to the executor', async () => {
  const { playSid } = await asked();
  const wrong = await failure(h.plays.forkPlay({ playSid, inputData: '{"y":1}' }));
  expect(wrong).toMatchObject({ reason: 'INVALID_INPUT', violations: [{ field: 'input_data.y' }] });
  const drops = await failure(h.plays.forkPlay({ playSid, fromSpanId: 'a', dropResumes: ['q1', 'q2', 'q1'] }));
  expect(drops.violations).toMatchObject([{ field: 'drop_resumes[1]' }]);
  expect(
    h.record.copies.every((copy) => copy.checkOnly),
    'nothing is copied for a fork that is refused',
  ).toBe(true);
  const outputs = await failure(h.plays.forkPlay({ playSid, fromSpanId: 'a', setOutputs: { s: '{', t: '1' } }));
  expect(outputs.violations).toMatchObject([{ field: 'set_outputs[s]' }]);
  expect((await failure(h.plays.forkPlay({ playSid, setOutputs: { s: '1' } }))).violations).toMatchObject([
    { field: 'set_outputs[s]', description: expect.stringContaining('everything runs again') },
  ]);
  const fork = await h.plays.forkPlay({
    playSid,
    fromSpanId: 'b',
    dropResumes: ['q2'],
    inputData: '{"x":2}',
    setOutputs: { s: '[1.0]' },
  });
  expect(fork).toMatchObject({ inputData: '{"x":2}', receivedResumes: [{ id: 'q1' }] });
  expect(h.record.copies.at(-1)).toMatchObject({ edited: true, setOutputs: { s: '[1.0]' } });
  const other = await h.plays.forkPlay({ playSid, fromSpanId: 'b', versionSid: 'w1-v3' });
  expect(other).toMatchObject({ workflowVersionSid: 'w1-v3', versionNumber: 3 });
  expect(h.record.copies.at(-1)).toMatchObject({ versionSid: 'w1-v3', edited: false });
  const reasons = [{ fromSpanId: 'x' }, { versionSid: 'w2-v1' }, { playSid: 'nope' }].map((more) =>
    failure(h.plays.forkPlay({ playSid, ...more })),
  );
  expect((await Promise.all(reasons)).map((error) => error.reason)).toEqual([
    'SPAN_NOT_FOUND',
    'VERSION_NOT_FOUND',
    'PLAY_NOT_FOUND',
  ]);
});

test('no play without its record: a copy that fails leaves none, an archived workflow forks nothing', async () => {
  const { playSid } = await asked();
  const plays = async () => (await h.plays.listPlays({})).plays.length;
  h.record.fail = new HeroError('UNAVAILABLE', 'away');
  expect((await failure(h.plays.forkPlay({ playSid, fromSpanId: 'a' }))).reason).toBe('UNAVAILABLE');
  expect(await plays()).toBe(1);
  h.workflows[0] = { sid: 'w1', name: 'greet', archived: true };
  expect((await failure(h.plays.forkPlay({ playSid }))).reason).toBe('WORKFLOW_ARCHIVED');
  expect(await plays()).toBe(1);
});

test('an answer with a version moves a running play: its lease is gone, the executors hear of it', async () => {
  h = createHarness();
  const play = await h.start();
  const { lease } = await h.claim();
  await h.pause(lease, 'q', { schema: '{"type":"integer"}' });
  let woken = 0;
  h.signals.subscribe('plays.cancel', () => {
    woken += 1;
  });
  const request = { playSid: play.sid, resumeId: 'q', payloadJson: '1', versionSid: 'w1-v2' };
  expect((await failure(h.plays.resumePlay({ ...request, payloadJson: '"x"' }))).reason).toBe('INVALID_PAYLOAD');
  expect((await failure(h.plays.resumePlay({ ...request, versionSid: 'w2-v1' }))).reason).toBe('VERSION_NOT_FOUND');
  expect((await h.plays.getPlay({ playSid: play.sid })).workflowVersionSid).toBe('w1-v1');
  const { resumedAt } = await h.plays.resumePlay(request);
  expect(woken).toBe(1);
  expect((await failure(h.report(lease, RunOutcome.SUCCESS, { outputData: '1' }))).reason).toBe('LEASE_LOST');
  expect((await failure(h.pause(lease, 'late'))).reason).toBe('LEASE_LOST');
  expect(await h.plays.resumePlay(request)).toMatchObject({ resumedAt });
  const other = await failure(h.plays.resumePlay({ ...request, versionSid: 'w1-v1' }));
  expect(other).toMatchObject({ reason: 'RESUME_ALREADY_ANSWERED', message: expect.stringContaining('version 2') });
  const claimed = await h.claim();
  expect(claimed.play).toMatchObject({ workflowVersionSid: 'w1-v2', versionNumber: 2, attempt: 2 });
  expect(claimed.answers).toMatchObject([{ id: 'q', payload: '1' }]);
});

test('a dry replay is asked with the record, the input and the answers of the play; its finding is told', async () => {
  const { playSid, rows } = await asked();
  const before = rows();
  h.record.finding = { stepsMatched: 3n, stepsRecorded: 3n, reached: 'the end' };
  expect(await h.plays.checkReplay({ playSid })).toMatchObject({ matches: true, stepsMatched: 3n, reached: 'the end' });
  h.record.finding = {
    stepsMatched: 1n,
    stepsRecorded: 3n,
    expected: 'a',
    met: 'b',
    sourceFile: 'flow.py',
    sourceLine: 7,
    divergence: 'they part',
  };
  const differs = await h.plays.checkReplay({ playSid, versionSid: 'w1-v2' });
  expect(differs).toMatchObject({
    matches: false,
    divergence: { expected: 'a', met: 'b', sourceFile: 'flow.py', sourceLine: 7, message: 'they part' },
  });
  expect(h.record.replays[1]).toMatchObject({
    ...{ playSid, recordedVersionSid: 'w1-v1', versionSid: 'w1-v2', workflowName: 'greet', inputData: '{"x": 1.0}' },
    answers: [
      { id: 'q1', payload: '"one"' },
      { id: 'nap', payload: 'null' },
      { id: 'q2', payload: '"two"' },
    ],
  });
  expect(rows()).toBe(before);
  expect((await failure(h.plays.checkReplay({ playSid: 'nope' }))).reason).toBe('PLAY_NOT_FOUND');
  expect((await failure(h.plays.checkReplay({ playSid, versionSid: 'w2-v1' }))).reason).toBe('VERSION_NOT_FOUND');
});

// The life of a play over the RPC surface: started, claimed under a lease, paused, answered, ended; and who waits is woken.

import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { WaitUntil } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

test('a play runs, pauses, is answered and ends; every wait is woken at once', async () => {
  h = createHarness();
  const acquiring = h.claim(20_000);
  const started = await h.start({ inputData: ' {} ', tags: { a: 'b' }, trigger: 'test' });
  expect(started).toMatchObject({ status: PlayStatus.PENDING, name: 'greet', inputData: ' {} ', trigger: 'test' });
  expect(started.rootPlaySid).toBe(started.sid);
  const first = await acquiring;
  expect(first.play).toMatchObject({ sid: started.sid, status: PlayStatus.RUNNING, attempt: 1, inputData: ' {} ' });

  const waiting = h.plays.waitPlay({ playSid: started.sid, timeoutMs: 20_000n });
  const question = { schema: '{"type":"integer"}', message: '**How many?**', spanId: 's1' };
  expect(await h.pause(first.lease, 'p1', question)).toMatchObject({ refused: '' });
  expect(await h.report(first.lease, RunOutcome.AWAITING_RESUME)).toMatchObject({ status: PlayStatus.AWAITING_RESUME });
  const settled = await waiting;
  expect(settled.status).toBe(PlayStatus.AWAITING_RESUME);
  expect(settled.pendingResumes).toMatchObject([
    { id: 'p1', name: 'p1', ...{ schema: question.schema, message: question.message } },
  ]);
  expect(settled.waitingFor).toMatchObject([{ id: 'p1' }]);

  const ended = h.plays.waitPlay({ playSid: started.sid, timeoutMs: 0n, until: WaitUntil.TERMINAL });
  const next = h.claim(20_000);
  const wrong = await failure(h.plays.resumePlay({ playSid: started.sid, resumeId: 'p1', payloadJson: '"x"' }));
  expect(wrong).toMatchObject({ reason: 'INVALID_PAYLOAD', violations: [{ field: 'payload' }] });
  const { resumedAt } = await h.plays.resumePlay({
    playSid: started.sid,
    resumeId: 'p1',
    payloadJson: '9007199254740993',
    resumedBy: 'ann',
  });
  const second = await next;
  expect(second.answers).toMatchObject([{ id: 'p1', name: 'p1', payload: '9007199254740993', expired: false }]);
  await h.report(second.lease, RunOutcome.SUCCESS, { outputData: '{"n": 1.0}', spanCount: 3n, tokensPrompt: 7n });
  const done = await ended;
  expect(done).toMatchObject({
    ...{ status: PlayStatus.SUCCESS, outputData: '{"n": 1.0}', attempt: 2, spanCount: 3n, durationMs: 20n },
    ...{ tokensPrompt: 7n, pendingResumes: [], waitingFor: [] },
    receivedResumes: [{ id: 'p1', payload: '9007199254740993', resumedBy: 'ann' }],
  });
  expect(done.totalCostUsd).toBeUndefined();
  const again = await h.plays.resumePlay({ playSid: started.sid, resumeId: 'p1', payloadJson: '9007199254740993.0' });
  expect(again.resumedAt).toEqual(resumedAt);
  const other = await failure(
    h.plays.resumePlay({ playSid: started.sid, resumeId: 'p1', payloadJson: '9007199254740992' }),
  );
  expect(other.reason).toBe('RESUME_ALREADY_ANSWERED');
});

test('a cost that became unknown is unknown, and a run that says nothing takes nothing back', async () => {
  h = createHarness();
  const { sid: playSid } = await h.start();
  const costs: (number | undefined)[] = [];
  for (const figures of [{ totalCostUsd: 0.5 }, {}, { totalCostUsd: 0.75, tokensPrompt: 2n }, { tokensPrompt: 3n }]) {
    await h.report((await h.claim()).lease, RunOutcome.RELEASED, figures);
    costs.push((await h.plays.getPlay({ playSid })).totalCostUsd);
  }
  expect(costs).toEqual([0.5, 0.5, 0.75, undefined]);
});

test('start with wait_ms comes back when the play has ended, and a time-out gives the play as it is', async () => {
  h = createHarness();
  const starting = h.start({ waitMs: 20_000n });
  const claimed = await h.claim(20_000);
  await h.report(claimed.lease, RunOutcome.FAILED, { error: { type: 'ValueError', message: 'no', traceback: 'tb' } });
  expect(await starting).toMatchObject({ status: PlayStatus.FAILED, error: { type: 'ValueError', traceback: 'tb' } });
  expect(await h.start({ waitMs: 1n })).toMatchObject({ status: PlayStatus.PENDING });
});

test('what does not exist is NOT_FOUND in every call', async () => {
  h = createHarness();
  const playSid = 'nope';
  const failures = [
    failure(h.plays.getPlay({ playSid })),
    failure(h.plays.waitPlay({ playSid, timeoutMs: 5n })),
    failure(h.plays.cancelPlay({ playSid })),
    failure(h.plays.listPendingResumes({ playSid })),
    failure(h.plays.resumePlay({ playSid, resumeId: 'x', payloadJson: '1' })),
    failure(h.leases.reportPlay({ lease: { playSid, leaseToken: 't' }, outcome: RunOutcome.SUCCESS })),
    failure(h.pause({ playSid, leaseToken: 't' }, 'p')),
    failure(h.plays.watchPlay({ playSid })[Symbol.asyncIterator]().next()),
  ];
  for (const error of await Promise.all(failures)) expect(error.reason).toBe('PLAY_NOT_FOUND');
  const play = await h.start();
  const unknown = h.plays.resumePlay({ playSid: play.sid, resumeId: 'x', payloadJson: '1' });
  expect((await failure(unknown)).reason).toBe('RESUME_NOT_FOUND');
  expect((await failure(h.start({ workflow: { case: 'workflowName', value: 'no' } }))).reason).toBe(
    'WORKFLOW_NOT_FOUND',
  );
  expect((await failure(h.start({ versionSid: 'no' }))).reason).toBe('VERSION_NOT_FOUND');
  expect((await failure(h.start({ exampleSid: 'no' }))).reason).toBe('EXAMPLE_NOT_FOUND');
});

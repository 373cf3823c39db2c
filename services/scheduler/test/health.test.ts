// Contract: an executor that reports is listed as it last said, is silent when three reports are missing, is forgotten after 15 minutes or when
// it leaves; the queue says how much there is to do and how far behind it is; a local run starts without the executors of the one before.

import { createFakeClock } from '@hero-logic/platform/testing';
import { TriggerKind } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { afterEach, expect, test } from 'vitest';
import { createHarness, failure, type Harness, RunOutcome } from './harness.ts';

const clock = createFakeClock();
let h: Harness;
afterEach(() => h.close());

const state = (executorId: string, running = 0) => ({
  ...{ executorId, tier: 'B', missing: ['namespaces: not allowed'], slots: 4, freeSlots: 4 - running, running },
  ...{ hotSpares: 8, sandboxFailures: 0, draining: false },
  process: { busyShare: 0.5, needs: [{ name: 'signals', problem: 'is away', answerMs: 3n }] },
});
const executors = async () =>
  (await h.health.getHealth({})).executors.map(
    ({ state: said, silent }) => `${said?.executorId}${silent ? ' silent' : ''}`,
  );

test('executors are listed as they last reported, until they leave or are silent for long', async () => {
  h = createHarness({ clock, loops: false });
  expect((await h.health.getHealth({})).executors).toEqual([]);
  await h.leases.reportExecutor({ state: state('b') });
  await h.leases.reportExecutor({ state: state('a', 1) });
  await h.leases.reportExecutor({ state: state('a', 3) });
  const [first, second] = (await h.health.getHealth({})).executors;
  expect(first?.state).toMatchObject(state('a', 3));
  expect([second?.state?.executorId, second?.silent]).toEqual(['b', false]);
  await clock.advance(15_000);
  await h.leases.reportExecutor({ state: state('c') });
  expect(await executors()).toEqual(['a', 'b', 'c']);
  await clock.advance(1);
  expect(await executors()).toEqual(['a silent', 'b silent', 'c']);
  await h.leases.reportExecutor({ state: state('b'), leaving: true });
  expect(await executors()).toEqual(['a silent', 'c']);
  await clock.advance(15 * 60_000 - 15_000);
  expect(await executors()).toEqual(['c silent']);
  expect((await failure(h.leases.reportExecutor({ state: state('') }))).message).toContain('executor_id');
});

test('the queue says what is ready, since when, and what waits; a trigger that is late is its lag', async () => {
  h = createHarness({ clock, loops: false });
  const queue = async () => (await h.health.getHealth({})).queue;
  const empty = await queue();
  expect(empty).toMatchObject({ pending: 0n, ready: 0n, leases: 0n, triggerLagMs: 0n });
  expect([empty?.readyAgeMs, empty?.questionAgeMs]).toEqual([undefined, undefined]);
  for (let n = 0; n < 3; n++) await h.start();
  const { lease } = await h.claim();
  await h.claim();
  await h.pause(lease, 'q');
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  await clock.advance(2000);
  expect(await queue()).toMatchObject({
    ...{ pending: 1n, ready: 1n, readyAgeMs: 2000n, leases: 1n, awaitingResume: 1n },
    ...{ openQuestions: 1n, questionAgeMs: 2000n },
  });
  const { nextFireAt } = await h.triggers.createTrigger({
    workflow: { case: 'workflowSid', value: 'w1' },
    kind: TriggerKind.CRON,
    spec: '{"cron":"* * * * *"}',
  });
  const dueAt = Number(nextFireAt?.seconds ?? 0n) * 1000;
  await clock.advance(dueAt - clock.now() + 5000);
  expect((await queue())?.triggerLagMs).toBe(5000n);
});

test('the executor of a local run that was killed is not missed by the next', async () => {
  h = createHarness({ clock });
  await h.leases.reportExecutor({ state: state('killed') });
  const { file } = h;
  await h.close(true);
  h = createHarness({ clock, file, config: { ownsAllLeases: true } });
  await h.leases.reportExecutor({ state: state('next') });
  expect(await executors()).toEqual(['next']);
});

// Contract: an executor tells the scheduler at its start and twice within the time of a lease how it does; while it is stopped that it drains; at its
// end that it leaves. A scheduler that is away changes nothing.

import { HeroError } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { expect, test } from 'vitest';
import { createScriptedInterpreters } from './scripted-interpreters.ts';
import { createWorld } from './world.ts';

test('how an executor does is told again and again, to the end', async () => {
  const clock = createFakeClock();
  const interpreters = createScriptedInterpreters();
  const processState = async () => ({ busyShare: 0.25, needs: [{ name: 'store', problem: 'is away', answerMs: 7 }] });
  const world = await createWorld({ interpreters, clock, processState, config: { slots: 2 } });
  const { states } = world.scheduler;
  await expect.poll(() => states.length).toBe(1);
  expect(states[0]?.state).toMatchObject({
    ...{ executorId: 'e1', slots: 2, freeSlots: 2, running: 0, draining: false, tier: interpreters.tier },
    process: { busyShare: 0.25, needs: [{ name: 'store', problem: 'is away', answerMs: 7n }] },
  });
  world.scheduler.addVersion('v1', 'SOURCE', { entry: 'begin', limits: { wallMs: 60_000n } });
  world.scheduler.enqueue('p1', { workflowVersionSid: 'v1' });
  const play = await interpreters.started();
  world.scheduler.onCall = () => {
    throw new HeroError('UNAVAILABLE', 'down');
  };
  await clock.advance(5000);
  world.scheduler.onCall = () => {};
  await clock.advance(5000);
  await expect.poll(() => states.length).toBe(2);
  expect(states[1]?.state).toMatchObject({ freeSlots: 1, running: 1 });
  const disposed = world.dispose();
  await clock.advance(5000);
  await expect.poll(() => states.at(-1)?.state?.draining).toBe(true);
  play.end({ code: 0 });
  for (let i = 0; i < 3; i++) await clock.advance(20_000);
  await disposed;
  expect(states.at(-1)?.leaving).toBe(true);
});

// A fan-out with a limit: never more children of the group run at once, a place that becomes free is taken again, others are not held up.

import { WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { expect, test } from 'vitest';
import { createHarness, RunOutcome } from './harness.ts';

test('at most group_limit children of a group run at the same time', async () => {
  const h = createHarness();
  await h.start();
  const { lease } = await h.claim();
  const spawn = { workflowName: 'greet', inputData: '{}', group: 'g', groupLimit: 3 };
  for (let i = 0; i < 10; i++) await h.pause(lease, `c${i}`, { kind: WaitKind.CHILD, spawn });
  await h.pause(lease, 'free', { kind: WaitKind.CHILD, spawn: { ...spawn, group: 'other', groupLimit: 0 } });
  await h.report(lease, RunOutcome.AWAITING_RESUME);
  const claimAll = async () => (await h.leases.acquirePlays({ executorId: 'e1', freeSlots: 100, waitMs: 0n })).plays;
  const first = await claimAll();
  expect(first).toHaveLength(4);
  let running = first;
  let ended = 0;
  while (running.length > 0) {
    const [one, ...rest] = running;
    const held = { playSid: one?.play?.sid ?? '', leaseToken: one?.leaseToken ?? '' };
    if (held.playSid === lease.playSid) {
      // The free child has ended, so the parent was woken; it leaves again for the others.
      await h.report(held, RunOutcome.AWAITING_RESUME);
    } else {
      await h.report(held, RunOutcome.SUCCESS, { outputData: '1' });
      ended += 1;
    }
    running = [...rest, ...(await claimAll())];
    expect(running.length).toBeLessThanOrEqual(4);
  }
  expect(ended).toBe(11);
  await h.close();
});

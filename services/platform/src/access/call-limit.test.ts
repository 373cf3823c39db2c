// Contract: each caller has a steady number of calls a second and ten seconds of them at once; who has none left is told how long to wait, and
// others do not notice. At a door every call counts, those of a batch one by one; services among themselves are not counted, and a refusal for
// this is not written into the audit log.

import { create } from '@bufbuild/protobuf';
import { CancelPlayRequestSchema, PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createCallLimit } from './call-limit.ts';
import { callerEverywhere } from './caller.ts';
import { createKeyGuard } from './guard.ts';

it('fills at its rate, holds ten seconds of it, and knows callers apart', async () => {
  const clock = createFakeClock();
  const limit = createCallLimit({ perSecond: 2, clock });
  const taken = (who: string, times: number) => Array.from({ length: times }, () => limit.take(who));
  expect(taken('ann', 20)).toEqual(Array(20).fill(0));
  expect(taken('ann', 2)).toEqual([500, 500]);
  expect(limit.take('bob')).toBe(0);
  await clock.advance(499);
  expect(limit.take('ann')).toBe(1);
  await clock.advance(1);
  expect(taken('ann', 2)).toEqual([0, 500]);
  await clock.advance(3_600_000);
  expect(taken('ann', 21).filter((wait) => wait > 0)).toHaveLength(1);
});

it('stands in the guard, before roles and the audit log', async () => {
  const clock = createFakeClock();
  const noted: string[] = [];
  const audit = {
    note: ({ refusal }: { refusal: string }) => void noted.push(refusal),
    happened: () => {},
    close: async () => {},
  };
  const limit = createCallLimit({ perSecond: 1, clock });
  const guard = createKeyGuard(async () => callerEverywhere('ci', 'viewer'), audit, limit);
  const { cancelPlay } = PlayService.method;
  const message = create(CancelPlayRequestSchema, { playSid: 'p' });
  const ci = await guard.identify(new Headers());
  const call = () => guard.run(ci, cancelPlay, message, async () => 1);
  for (let i = 0; i < 10; i++) await expect(call()).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  await expect(call()).rejects.toMatchObject({
    reason: 'RATE_LIMITED',
    message: '"ci" makes more calls than it may (1 a second); go on in 1000 ms',
    metadata: { retry_after_ms: '1000' },
  });
  expect(noted).toEqual(Array(10).fill('PERMISSION_DENIED'));
  const service = { name: '', role: 'service' } as const;
  for (let i = 0; i < 20; i++) expect(await guard.run(service, cancelPlay, message, async () => i)).toBe(i);
});

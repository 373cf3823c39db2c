// A full disk: callers hear of it with a reason, nothing that was acknowledged is lost, and when there is room again everything goes on by
// itself, with one play per due time and one per idempotency key. SQLite's own bound on pages stands for the end of the disk.

import { createFakeClock } from '@hero-logic/platform/testing';
import { FieldType } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import { OverlapPolicy, TriggerKind } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { expect, onTestFinished, test } from 'vitest';
import { createHarness, failure } from './harness.ts';

const MINUTE = 60_000;
const workflow = { case: 'workflowSid' as const, value: 'w1' };

test('says so, starts nothing twice, loses nothing, and goes on', async () => {
  const clock = createFakeClock(Date.parse('2026-01-01T00:00:30Z'));
  const inputs = [{ name: 'text', fieldType: FieldType.STRING }];
  const h = createHarness({ clock, workflows: [{ sid: 'w1', name: 'greet', inputs }] });
  onTestFinished(() => h.close());
  const spec = '{"cron":"* * * * *"}';
  const trigger = await h.triggers.createTrigger({
    workflow,
    kind: TriggerKind.CRON,
    spec,
    overlapPolicy: OverlapPolicy.ALLOW_ALL,
  });
  const inputData = JSON.stringify({ text: 'x'.repeat(50_000) });
  const kept: string[] = [];
  const { page_count: pages = 0 } = h.db.get<{ page_count: number }>('PRAGMA page_count') ?? {};
  h.db.exec(`PRAGMA max_page_count = ${pages + 100}`);
  let refused: { reason: string; message: string } | undefined;
  let key = '';
  for (let i = 0; i < 100 && refused === undefined; i++) {
    key = `k${i}`;
    const started = h.start({ idempotencyKey: key, inputData });
    await started.then(
      ({ sid }) => kept.push(sid),
      async () => {
        refused = await failure(started);
      },
    );
  }
  expect(refused).toMatchObject({ reason: 'UNAVAILABLE', message: expect.stringContaining('is full') });
  expect(kept.length).toBeGreaterThan(0);
  // No room at all: the rows of a firing do not fit either.
  const { page_count: now = 0 } = h.db.get<{ page_count: number }>('PRAGMA page_count') ?? {};
  h.db.exec(`PRAGMA max_page_count = ${now}`);
  await clock.advance(3 * MINUTE);
  for (const playSid of kept) expect((await h.plays.getPlay({ playSid })).inputData).toBe(inputData);

  h.db.exec('PRAGMA max_page_count = 1000000');
  const again = await h.start({ idempotencyKey: key, inputData });
  expect((await h.start({ idempotencyKey: key, inputData })).sid).toBe(again.sid);
  const dueTimes = async () =>
    (await h.plays.listPlays({ pageSize: 1000 })).plays
      .filter((play) => play.trigger === `trigger ${trigger.sid}`)
      .map((play) => play.tags.due_at);
  for (let i = 0; i < 300 && new Set(await dueTimes()).size < 3; i++) {
    await clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const due = await dueTimes();
  expect(new Set(due).size).toBe(due.length);
  expect(due).toEqual(
    expect.arrayContaining(['2026-01-01T00:01:00.000Z', '2026-01-01T00:02:00.000Z', '2026-01-01T00:03:00.000Z']),
  );
  const all = (await h.plays.listPlays({ pageSize: 1000 })).plays.map(({ sid }) => sid);
  expect(all).toEqual(expect.arrayContaining([...kept, again.sid]));
  expect(all.length - due.length).toBe(kept.length + 1);
});

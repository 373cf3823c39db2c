// Contract: whatever happens in whatever order (time, ends of plays, pauses, fires by hand, backfills, a crash before or just after any
// write), a due time has at most one play, exactly one where its policy leaves nothing out, and policies that allow one play at a time
// never have two.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backfill, fireNow } from '../src/domain/commands/trigger/fire-now.ts';
import { updateTrigger } from '../src/domain/commands/trigger/write-trigger.ts';
import type { OverlapPolicy } from '../src/domain/trigger/trigger.ts';
import { Crash, createTriggerWorld } from './trigger-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Act =
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'end'; readonly failed: boolean }
  | { readonly kind: 'crash'; readonly writes: number; readonly late: boolean }
  | { readonly kind: 'fire'; readonly request: number }
  | { readonly kind: 'backfill'; readonly hours: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 200 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), failed: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      writes: fc.integer({ min: 1, max: 9 }),
      late: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fire' as const), request: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('backfill' as const), hours: fc.integer({ min: 1, max: 6 }) }),
  },
);

const POLICIES: OverlapPolicy[] = ['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'allow_all'];

test.each(POLICIES)(
  '%s',
  async (overlap) => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), (acts) => run(overlap, acts)),
      {
        numRuns: 15,
      },
    );
  },
  120_000,
);

async function run(overlap: OverlapPolicy, acts: readonly Act[]): Promise<void> {
  const w = createTriggerWorld('2026-01-01T00:30:00Z');
  const { sid } = await w.add({ overlap, catchUpMs: 1000 * HOUR });
  const start = w.clock.now();
  let fired = false;
  for (const one of acts) {
    try {
      await perform(w, sid, one);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      w.restart();
    }
    fired ||= one.kind === 'fire';
    // Who fires by hand, or fills in with another policy, wants a play beside others.
    if (overlap !== 'allow_all' && !fired) expect((await w.live()).length).toBeLessThanOrEqual(1);
  }
  w.restart();
  const now = w.clock.now();
  for (let i = 0; i < 60; i++) {
    await w.at(now);
    for (const { sid: live } of await w.live()) await w.end(live);
  }
  await updateTrigger(w.deps, { triggerSid: sid, enabled: false, pauseReason: '' });
  await w.at(now);
  const plays = await w.plays();
  expect(await w.live()).toEqual([]);
  expect(new Set(plays.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(plays.length);
  const due = plays.flatMap(({ tags }) => (tags.due_at === undefined ? [] : [Date.parse(tags.due_at)]));
  const all: number[] = [];
  for (let at = start + 30 * MINUTE; at <= now; at += HOUR) all.push(at);
  const scheduled = due.filter((at) => at > start).sort((a, b) => a - b);
  if (overlap === 'allow_all' || overlap === 'buffer_all') expect(scheduled).toEqual(all);
  else for (const at of scheduled) expect(all).toContain(at);
  const fires = await w.deps.triggers.listFires(sid, undefined, 1000);
  expect(fires.filter(({ state }) => state !== 'ended' && state !== 'skipped')).toEqual([]);
  expect(
    fires.filter(({ source }) => source === 'schedule' || source === 'backfill').map(({ dueAt }) => dueAt),
  ).toEqual(expect.arrayContaining(all));
  w.close();
}

async function perform(w: ReturnType<typeof createTriggerWorld>, triggerSid: string, one: Act): Promise<void> {
  const now = w.clock.now();
  if (one.kind === 'wait') return w.at(now + one.minutes * MINUTE);
  if (one.kind === 'crash') {
    w.crashAt(one.writes, one.late);
    return w.at(now + HOUR);
  }
  if (one.kind === 'fire') {
    await fireNow(w.deps, { triggerSid, inputData: '', requestId: `r${one.request}`, by: '' });
    return;
  }
  if (one.kind === 'backfill') {
    await backfill(w.deps, { triggerSid, from: now - one.hours * HOUR, to: now, overlap: 'buffer_all', by: '' });
    return w.at(now);
  }
  const [oldest] = await w.live();
  if (oldest !== undefined) await w.end(oldest.sid, one.failed ? 'failed' : 'success');
  return w.at(now);
}

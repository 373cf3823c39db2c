// Two schedulers with a trigger loop each on one MongoDB, one of which dies in the middle: every due time of every trigger has exactly one play.

import {
  createInProcessSignals,
  createSchemaCheck,
  createSids,
  type Loop,
  silentLog,
  startLoops,
} from '@hero-logic/platform';
import {
  createFakeClock,
  createTestMongo,
  type FakeClock,
  noMongo,
  type TestMongo,
} from '@hero-logic/platform/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CatalogVersion } from '../src/domain/catalog.ts';
import { TRIGGER_TOPIC, type TriggerDeps } from '../src/domain/commands/trigger/deps.ts';
import { fireDue } from '../src/domain/commands/trigger/fire-due.ts';
import { createTrigger } from '../src/domain/commands/trigger/write-trigger.ts';
import { NO_LIMITS } from '../src/domain/gates.ts';
import { createDueLoop } from '../src/loops/due-loop.ts';
import { createMongoHookStore } from '../src/storage/hook-store.mongo.ts';
import { createMongoPlayStore } from '../src/storage/play-store.mongo.ts';
import { ensureSchedulerIndexes } from '../src/storage/stores.mongo.ts';
import { createMongoTriggerStore } from '../src/storage/trigger-store.mongo.ts';

const MINUTE = 60_000;
const VERSION: CatalogVersion = {
  ...{ workflowSid: 'w1', workflowName: 'greet', archived: false, versionSid: 'w1-v1', versionNumber: 1, inputs: [] },
  limits: NO_LIMITS,
};

let server: TestMongo;
beforeAll(async () => {
  if (noMongo) return;
  server = await createTestMongo();
  await ensureSchedulerIndexes(server.mongo);
});
afterAll(() => server?.close());

/** A scheduler as far as triggers go: stores and signals of its own, as in a process of its own. */
function createProcess(clock: FakeClock): { readonly deps: TriggerDeps; readonly loop: Loop } {
  const signals = createInProcessSignals();
  const triggers = createMongoTriggerStore(server.mongo);
  const deps = {
    ...{
      store: createMongoPlayStore(server.mongo),
      hooks: createMongoHookStore(server.mongo),
      triggers,
      clock,
      signals,
    },
    catalog: { resolve: async () => VERSION, example: () => Promise.reject(new Error('none')) },
    schemas: createSchemaCheck(),
    newSid: createSids({ now: () => clock.now() }),
    newToken: () => 'token',
    log: silentLog,
    config: { leaseTtlMs: 10_000, cancelGraceMs: 300, ownsAllLeases: false },
    closeSpans: async () => undefined,
    escalated: () => undefined,
  } as unknown as TriggerDeps;
  const loop = createDueLoop({
    ...{ clock, signals, log: silentLog, name: 'triggers', topics: [TRIGGER_TOPIC] },
    nextDue: triggers.nextDue,
    turn: () => fireDue(deps),
  });
  return { deps, loop };
}

test.skipIf(noMongo)(
  'exactly one play per due time',
  async () => {
    const clock = createFakeClock(Date.parse('2026-01-01T00:00:30Z'));
    const [left, right] = [createProcess(clock), createProcess(clock)];
    const spec = '{"cron":"* * * * *"}';
    const plain = { workflowSid: 'w1', workflowName: '', kind: 'cron', spec, inputData: '', name: '' } as const;
    const more = { overlap: 'allow_all', jitterMs: 0, pauseAfterFailures: 0, versionSid: '', enabled: true } as const;
    for (let i = 0; i < 5; i++) await createTrigger(left.deps, { ...plain, ...more, requestId: '' });
    const running = [startLoops([left.loop]), startLoops([right.loop])];
    const due = async () => {
      const { found } = await left.deps.store.list({ conditions: [], beforeSid: '', limit: 1000 });
      return found.map(({ play }) => `${play.trigger} ${play.tags.due_at}`);
    };
    for (let minute = 1; minute <= 12; minute++) {
      await clock.jump(MINUTE);
      if (minute === 6) await running[1]?.stop();
      await vi.waitFor(async () => expect(await due()).toHaveLength(5 * minute), { timeout: 20_000 });
    }
    const seen = await due();
    expect(new Set(seen).size).toBe(60);
    await running[0]?.stop();
  },
  120_000,
);

// Contract: the MongoDB adapters keep the contract of the stores; what one process wrote another one reads at once, and may write after
// it; a batch too large for a document is kept whole; no query reads a collection from end to end.

import { createTestMongo, noMongo, type TestMongo } from '@hero-logic/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepOutput } from '../domain/ports.ts';
import type { Span } from '../domain/span.ts';
import { executorCollections } from './executor-documents.mongo.ts';
import { describeStores } from './stores.conformance.ts';
import { createMongoStores, ensureExecutorIndexes } from './stores.mongo.ts';

describe.skipIf(noMongo)('mongodb', () => {
  let test: TestMongo;
  beforeAll(async () => {
    test = await createTestMongo();
    await ensureExecutorIndexes(test.mongo);
  });
  afterAll(() => test.close());

  async function open() {
    for (const collection of Object.values(executorCollections(test.mongo))) {
      await collection.deleteMany({ _id: { $ne: '' } } as never);
    }
    return createMongoStores(test.mongo);
  }

  describeStores('mongodb', async () => ({
    stores: await open(),
    reopen: async () => createMongoStores(test.mongo),
    close: async () => {},
  }));

  const step = (stepKey: string, output = '1'): StepOutput => ({
    ...{ stepKey, spanId: 's', name: 'n', output, within: '', versionSid: 'v' },
    ...{ spansBefore: 0, optional: false },
  });
  const keys = async (stores: ReturnType<typeof createMongoStores>) =>
    (await stores.steps.heads('p', 0, 100)).steps.map(({ stepKey }) => stepKey);

  it('lets processes take turns with a play', async () => {
    const first = await open();
    const second = createMongoStores(test.mongo);
    const write = (stores: typeof first, ...steps: StepOutput[]) =>
      stores.writeBatch(() => ({ playSid: 'p', spans: [], steps, logs: [] }));
    await write(first, step('a'), step('b'));
    expect(await keys(second)).toEqual(['a', 'b']);
    await write(second, step('c'), step('a', 'other'));
    await write(second, step('d'));
    expect(await keys(first)).toEqual(['a', 'b', 'c', 'd']);
    await write(first, step('e'), step('d', 'other'));
    expect(await keys(second)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await first.steps.outputOf('p', 's', 'n')).toBe('1');
    expect(await executorCollections(test.mongo).heads.findOne({ _id: 'p' })).toMatchObject({ batches: [] });
  });

  it('shows a span as an executor of an older version has written it last, which knows of no ranges', async () => {
    const stores = await open();
    const span = { spanId: 's', parentId: '', status: 'ok', replays: 0 } as Span;
    const write = (parts: object) =>
      stores.writeBatch(() => ({ playSid: 'p', spans: [], steps: [], logs: [], ...parts }));
    await write({ spans: [{ span, order: 0, seq: 1 }] });
    await write({ replayed: [{ from: 0, to: 0, seq: 2 }] });
    expect((await stores.spans.get('p', 's'))?.span).toMatchObject({ status: 'replayed', replays: 1 });
    const older = { seq: 3, doc: JSON.stringify({ ...span, status: 'running' }) };
    await executorCollections(test.mongo).spans.updateOne({ _id: 'p/s' }, { $set: older });
    expect((await stores.spans.get('p', 's'))?.span).toMatchObject({ status: 'running', replays: 0 });
  });

  it('keeps a batch that is too large for a document', async () => {
    const stores = await open();
    const lines = Array.from({ length: 500 }, (_, i) => ({
      ...{ seq: i + 1, spanId: 's', atMs: 1, stream: 'stdout' as const },
      text: 'é'.repeat(9000),
    }));
    await stores.writeBatch(() => ({ playSid: 'p', spans: [], steps: [step('a')], logs: lines }));
    expect(await stores.spans.logSummary('p')).toMatchObject({ seq: 500, bytes: 9_000_000 });
    expect(await keys(stores)).toEqual(['a']);
  });

  it('refuses what a run writes that was given up, and keeps what it wrote before', async () => {
    const first = await open();
    const second = createMongoStores(test.mongo);
    const write = (stores: typeof first, attempt: number, ...steps: StepOutput[]) =>
      stores.writeBatch(() => ({ playSid: 'p', attempt, spans: [], steps, logs: [] }));
    await first.beginRun('p', 1);
    await write(first, 1, step('a'));
    await second.beginRun('p', 2);
    expect(await keys(second)).toEqual(['a']);
    await expect(write(first, 1, step('b', 'late'))).rejects.toMatchObject({ reason: 'LEASE_LOST' });
    const large = step('c', 'x'.repeat(10));
    const logs = Array.from({ length: 500 }, (_, i) => ({
      ...{ seq: i + 1, spanId: 's', atMs: 1, stream: 'stdout' as const },
      text: 'x'.repeat(9000),
    }));
    await expect(
      first.writeBatch(() => ({ playSid: 'p', attempt: 1, spans: [], steps: [large], logs })),
    ).rejects.toMatchObject({ reason: 'LEASE_LOST' });
    await expect(first.beginRun('p', 1)).rejects.toMatchObject({ reason: 'LEASE_LOST' });
    await write(second, 2, step('b'));
    await second.beginRun('p', 2);
    expect(await keys(first)).toEqual(['a', 'b']);
    expect(await first.steps.outputOf('p', 's', 'n')).toBe('1');
  });

  it('uses an index for every query', async () => {
    expect(await test.scans()).toEqual([]);
  });
});

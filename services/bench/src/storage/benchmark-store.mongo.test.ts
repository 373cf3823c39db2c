// Contract: the MongoDB adapter keeps the contract of BenchmarkStore, and no query of it reads a collection from end to end.

import { createTestMongo, noMongo, type TestMongo } from '@hero-logic/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeBenchmarkStore } from './benchmark-store.conformance.ts';
import { createMongoBenchmarkStore, ensureBenchIndexes } from './benchmark-store.mongo.ts';

describe.skipIf(noMongo)('mongodb', () => {
  let test: TestMongo;
  beforeAll(async () => {
    test = await createTestMongo();
    await ensureBenchIndexes(test.mongo);
  });
  afterAll(() => test.close());

  describeBenchmarkStore('mongodb', async () => {
    for (const name of ['benchmarks', 'benchmark_runs'])
      await test.mongo.collection(name).deleteMany({ _id: { $ne: '' } as never });
    return { store: createMongoBenchmarkStore(test.mongo), close: () => {} };
  });

  it('uses an index for every query', async () => {
    expect(await test.scans()).toEqual([]);
  });
});

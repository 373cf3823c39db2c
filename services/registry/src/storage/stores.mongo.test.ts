// Contract: the MongoDB adapters keep the ports' contracts, a second process sees what the first one wrote, also what can be searched,
// and no query reads a collection from end to end.

import { createTestMongo, noMongo, type TestMongo } from '@hero-logic/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessStoresConformance } from '../domain/access/access-stores.conformance.ts';
import { secretStoreConformance } from '../domain/access/secret-store.conformance.ts';
import { importStepsConformance } from '../domain/commands/import-steps.conformance.ts';
import { exampleStoreConformance } from '../domain/example-store.conformance.ts';
import { vectorStoreConformance } from '../domain/library/vector-store.conformance.ts';
import { aDraft, aWorkflow, workflowStoreConformance } from '../domain/workflow-store.conformance.ts';
import { createMongoStores, ensureRegistryIndexes } from './stores.mongo.ts';

describe.skipIf(noMongo)('mongodb', () => {
  let test: TestMongo;
  beforeAll(async () => {
    test = await createTestMongo();
    await ensureRegistryIndexes(test.mongo);
  });
  afterAll(() => test.close());

  async function open() {
    for (const { name } of await test.mongo.db.listCollections().toArray()) {
      await test.mongo.collection<{ _id: string }>(name).deleteMany({ _id: { $ne: '' } });
    }
    return createMongoStores(test.mongo);
  }

  workflowStoreConformance('MongoDB', open);
  exampleStoreConformance('MongoDB', open);
  vectorStoreConformance('MongoDB', async () => (await open()).vectors);
  accessStoresConformance('MongoDB', open);
  importStepsConformance('MongoDB', open);
  secretStoreConformance('MongoDB', async () => (await open()).secrets);

  it('finds what another process wrote, also what can be searched', async () => {
    const first = await open();
    const second = createMongoStores(test.mongo);
    await first.workflows.create(aWorkflow('a', 'Alpha'), aDraft('v', 'a'));
    const steps = async () => (await second.workflows.searchable()).map((entry) => entry.texts.step);
    expect(await steps()).toEqual(['step of v']);
    await first.workflows.addVersion(aDraft('v2', 'a'), true, 2);
    expect(await steps()).toEqual(['step of v2']);
    const racing = ['x', 'y', 'z'].flatMap((sid) => [
      first.workflows.addVersion(aDraft(sid, 'a'), false, 3),
      second.workflows.addVersion(aDraft(`${sid}2`, 'a', sid), false, 3),
    ]);
    await Promise.all(racing);
    expect((await second.workflows.listVersions('a')).map(({ number }) => number)).toEqual([5, 4, 3, 2, 1]);
    await first.workflows.remove('a');
    expect(await steps()).toEqual([]);
  });

  it('uses an index for every query', async () => {
    expect(await test.scans()).toEqual([]);
  });
});

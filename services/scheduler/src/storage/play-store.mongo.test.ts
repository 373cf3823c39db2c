// The store of many processes keeps the contract of PlayStore; what a process that is gone left undone is done by another; and no query
// reads a collection from end to end.

import type { Document, MongoDatabase } from '@hero-logic/platform/mongo';
import { createTestMongo, noMongo, type TestMongo } from '@hero-logic/platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bulkStoreConformance } from '../domain/bulk/bulk-store.conformance.ts';
import { executorStoreConformance } from '../domain/executor/executor-store.conformance.ts';
import { errorGroupStoreConformance } from '../domain/failure/error-group-store.conformance.ts';
import { labelOf, within } from '../domain/filter/condition.ts';
import { hookStoreConformance } from '../domain/hook/hook-store.conformance.ts';
import { end } from '../domain/play.ts';
import { playAnswersConformance } from '../domain/play-answers.conformance.ts';
import { playFamiliesConformance } from '../domain/play-families.conformance.ts';
import { playGatesConformance } from '../domain/play-gates.conformance.ts';
import { lifeOf, listSids, NOW, playOf, questionOf } from '../domain/play-lives.conformance.ts';
import { playSearchConformance } from '../domain/play-search.conformance.ts';
import { playStoreConformance } from '../domain/play-store.conformance.ts';
import { removalStoreConformance } from '../domain/removal/removal-store.conformance.ts';
import { triggerStoreConformance } from '../domain/trigger/trigger-store.conformance.ts';
import { webhookOf, webhookStoreConformance } from '../domain/webhook/webhook-store.conformance.ts';
import { createMongoBulkStore } from './bulk-store.mongo.ts';
import { createClaimLock } from './claim-lock.mongo.ts';
import { createMongoErrorGroupStore } from './error-group-store.mongo.ts';
import { createMongoExecutorStore } from './executor-store.mongo.ts';
import { createMongoHookStore } from './hook-store.mongo.ts';
import { schedulerCollections } from './play-documents.mongo.ts';
import { createMongoPlayFigures } from './play-figures.mongo.ts';
import { createMongoPlayStore } from './play-store.mongo.ts';
import { createMongoRemovalStore } from './removal-store.mongo.ts';
import { createMongoRetentionStore } from './retention-store.mongo.ts';
import { ensureSchedulerIndexes } from './stores.mongo.ts';
import { createMongoTriggerStore } from './trigger-store.mongo.ts';
import { createMongoWebhookStore } from './webhook-store.mongo.ts';

/** A process that dies after it has written the play, and before what belongs to it. */
function dyingAt(mongo: MongoDatabase, collection: string, write: string): MongoDatabase {
  const gone = async () => {
    throw new Error('the process is gone');
  };
  return {
    ...mongo,
    collection: <T extends Document>(name: string) =>
      new Proxy(mongo.collection<T>(name), {
        get(target, member) {
          if (name === collection && member === write) return gone;
          const value: unknown = Reflect.get(target, member);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
  };
}

describe.skipIf(noMongo)('mongodb', () => {
  let server: TestMongo;
  beforeAll(async () => {
    server = await createTestMongo();
    await ensureSchedulerIndexes(server.mongo);
  });
  afterAll(() => server.close());

  async function create() {
    for (const { name } of await server.mongo.db.listCollections().toArray()) {
      await server.mongo.collection<{ _id: string }>(name).deleteMany({ _id: { $ne: '' } });
    }
    return { store: createMongoPlayStore(server.mongo), close: async () => {} };
  }

  playStoreConformance('mongodb', create);
  playAnswersConformance('mongodb', create);
  playFamiliesConformance('mongodb', create);
  playGatesConformance('mongodb', create);
  playSearchConformance('mongodb', create);
  triggerStoreConformance('mongodb', async (seal) => {
    await create();
    return { store: createMongoTriggerStore(server.mongo, seal), close: async () => {} };
  });

  hookStoreConformance('mongodb', async () => {
    await create();
    return { store: createMongoHookStore(server.mongo), close: async () => {} };
  });

  webhookStoreConformance('mongodb', async (seal) => {
    await create();
    const { store, outbox } = createMongoWebhookStore(server.mongo, seal && { seal });
    return { webhooks: store, plays: createMongoPlayStore(server.mongo, outbox), close: async () => {} };
  });

  test('what webhooks are told survives a process that dies between a change and its deliveries', async () => {
    await create();
    const { store: webhooks, outbox } = createMongoWebhookStore(server.mongo);
    await webhooks.add(webhookOf('a'));
    const { outbox: broken } = createMongoWebhookStore(dyingAt(server.mongo, 'webhook_deliveries', 'insertMany'));
    const dying = lifeOf(createMongoPlayStore(server.mongo, broken));
    const store = createMongoPlayStore(server.mongo, outbox);
    const types = async () => (await webhooks.listDeliveries({ webhookSid: 'a', limit: 9 })).map(({ type }) => type);
    await expect(dying.add(playOf('p1'))).rejects.toThrow('the process is gone');
    await expect(dying.cancel('p1')).rejects.toThrow('the process is gone');
    expect([(await store.find('p1'))?.status, await types()]).toEqual(['pending', []]);
    await store.finish(Date.now() + 60_000);
    expect(await types()).toEqual(['play.created']);
    await expect(dying.cancel('p1')).rejects.toThrow('the process is gone');
    expect((await store.find('p1'))?.status).toBe('cancelled');
    await Promise.all([store.finish(Date.now() + 60_000), store.finish(Date.now() + 60_000)]);
    expect((await types()).sort()).toEqual(['play.cancelled', 'play.created']);
  });

  bulkStoreConformance('mongodb', async () => {
    await create();
    return { store: createMongoBulkStore(server.mongo), close: async () => {} };
  });

  errorGroupStoreConformance('mongodb', async () => {
    const { store: plays, close } = await create();
    return { plays, groups: createMongoErrorGroupStore(server.mongo), close };
  });

  executorStoreConformance('mongodb', async () => {
    await create();
    return { store: createMongoExecutorStore(server.mongo), close: async () => {} };
  });

  removalStoreConformance('mongodb', async () => {
    const { store: plays, close } = await create();
    const retention = createMongoRetentionStore(server.mongo);
    return { plays, removals: createMongoRemovalStore(server.mongo), retention, close };
  });

  test('plays that an older version has written get the fields by which they are found', async () => {
    const { store } = await create();
    await lifeOf(store).add(playOf('p1', { tags: { a: 'b' }, versionNumber: 4 }));
    const { plays } = schedulerCollections(server.mongo);
    const fields = { labels: '', versionNumber: '', endedAt: '', hiddenBy: '', errorGroup: '', forkedFrom: '' };
    await plays.updateOne({ _id: 'p1' }, { $unset: fields } as never);
    const labelled = [{ kind: 'label', values: [labelOf('a', 'b')] } as const];
    expect(await listSids(store, labelled)).toEqual([]);
    await store.finish(Date.now());
    expect(await listSids(store, labelled)).toEqual(['p1']);
    expect(await listSids(store, [{ kind: 'version_number', values: [4] }])).toEqual(['p1']);
  });

  test('plays that an older version has written get their namespace, some at a time', async () => {
    const { store } = await create();
    for (const [sid, namespace] of Object.entries({ p1: 'team-a', p2: undefined, p3: 'team-a' })) {
      await lifeOf(store).add(playOf(sid, { namespace }));
    }
    const { plays } = schedulerCollections(server.mongo);
    await plays.updateMany({ _id: { $in: ['p1', 'p2'] } }, { $unset: { namespace: '' } } as never);
    expect(await listSids(store, within('team-a'))).toEqual(['p3']);
    expect(await listSids(store, within('default')), 'not before it is known').toEqual([]);
    expect(await listSids(store, within(undefined))).toEqual(['p3', 'p2', 'p1']);
    await store.finish(Date.now());
    expect(await listSids(store, within('team-a'))).toEqual(['p3', 'p1']);
    expect(await listSids(store, within('default'))).toEqual(['p2']);
    await store.finish(Date.now());
    await lifeOf(store).add(playOf('p0', { namespace: 'team-a' }));
    await plays.updateOne({ _id: 'p0' }, { $unset: { namespace: '' } } as never);
    const unplaced = plays.find({ namespace: null } as never, { hint: 'unplaced' });
    expect((await unplaced.explain('executionStats')).executionStats).toMatchObject({
      ...{ nReturned: 1, totalKeysExamined: 1, totalDocsExamined: 1 },
    });
    await store.finish(Date.now());
    expect(await listSids(store, within('team-a')), 'an older process was still there').toEqual(['p3', 'p1', 'p0']);
  });

  test('groups of failures that an older version has written get the namespace of their plays', async () => {
    const { store } = await create();
    const groups = createMongoErrorGroupStore(server.mongo);
    const life = lifeOf(store);
    const places = { p1: { namespace: 'team-a' }, p2: { workflowSid: 'w2' }, p3: { workflowSid: 'w3' } };
    for (const [sid, place] of Object.entries(places)) {
      await life.add(playOf(sid, place));
      await store.change(sid, (play) => ({ play: end(play, 'failed', NOW), result: undefined }));
    }
    await groups.absorb(10);
    await server.mongo
      .collection('error_groups')
      .updateMany({ _id: { $gt: '' } } as never, { $unset: { namespace: '' } });
    await server.mongo.collection('plays').deleteOne({ workflowSid: 'w3' } as never);
    const query = { workflowSid: '', state: undefined, after: undefined, limit: 10 };
    expect(await groups.list({ ...query, namespace: 'team-a' })).toEqual([]);
    await groups.finish();
    expect(await groups.list({ ...query, namespace: 'team-a' })).toMatchObject([{ lastPlaySid: 'p1' }]);
    expect(await groups.list({ ...query, namespace: 'default' })).toMatchObject([{ lastPlaySid: 'p2' }]);
    expect(await groups.list({ ...query, namespace: '' })).toMatchObject([{ lastPlaySid: 'p3' }]);
  });

  test('counts what there is to do', async () => {
    const { store } = await create();
    const figures = createMongoPlayFigures(server.mongo);
    expect(await figures()).toMatchObject({ pending: 0, ready: 0, nextReadyAt: undefined, oldestAskedAt: undefined });
    const life = lifeOf(store);
    for (const sid of ['p1', 'p2', 'p3']) await life.add(playOf(sid));
    for (const { play, lease } of await life.claim(2)) await life.record(play.sid, lease.token, questionOf('q'));
    expect(await figures()).toEqual({
      ...{ pending: 1, running: 2, awaitingResume: 0, ready: 1, nextReadyAt: NOW },
      ...{ openQuestions: 2, oldestAskedAt: NOW },
    });
  });

  test('two processes claim every play once, and pass no limit together', async () => {
    const { store } = await create();
    const stores = [store, createMongoPlayStore(server.mongo)];
    const lives = stores.map(lifeOf);
    for (let i = 10; i < 40; i++) await lives[0]?.add(playOf(`p${i}`));
    for (let i = 10; i < 30; i++) {
      await lives[i % 2]?.add(playOf(`k${i}`, { concurrencyKey: 'k', concurrencyLimit: 2, createdAt: NOW + 1 }));
    }
    const seen: string[] = [];
    for (let round = 0; round < 40 && seen.length < 50; round++) {
      const claimed = (await Promise.all([0, 1, 0, 1].map((i) => (lives[i] as (typeof lives)[0]).claim(4)))).flat();
      seen.push(...claimed.map(({ play }) => play.sid));
      const running = await store.listRunning();
      expect(running.filter((sid) => sid.startsWith('k')).length).toBeLessThanOrEqual(2);
      await Promise.all(claimed.map(({ play, lease }, i) => lives[i % 2]?.report(play.sid, lease.token, 'success')));
    }
    expect(new Set(seen).size).toBe(50);
    expect(seen).toHaveLength(50);
  });

  test('a change that a crash cut short is whole for the next decision, and is finished by another process', async () => {
    const { store } = await create();
    const life = lifeOf(store);
    for (const sid of ['p1', 'p2']) await life.add(playOf(sid));
    for (const { play, lease } of await life.claim(2)) {
      await life.record(play.sid, lease.token, questionOf('q'));
      await life.record(play.sid, lease.token, questionOf('other', { timeoutMs: 1000 }));
      await life.report(play.sid, lease.token, 'awaiting_resume');
    }
    const dying = lifeOf(createMongoPlayStore(dyingAt(server.mongo, 'play_pauses', 'replaceOne')));
    for (const sid of ['p1', 'p2']) await expect(dying.answer(sid, 'q', '1')).rejects.toThrow('the process is gone');
    expect((await store.find('p1'))?.status).toBe('pending');
    expect(await life.answer('p1', 'q', '1', NOW + 50), 'the answer stands').toBe(NOW);
    expect(await store.listOpenQuestions('p2')).toHaveLength(2);
    await store.finish(Date.now() + 60_000);
    expect(await store.listOpenQuestions('p2')).toMatchObject([{ id: 'other' }]);
    expect((await life.claim(2)).map(({ answers }) => answers.map(({ payload }) => payload))).toEqual([['1'], ['1']]);
  });

  test('a claim lock that is taken over keeps its late holder from claiming', async () => {
    const { store } = await create();
    await lifeOf(store).add(playOf('p1'));
    const { plays } = schedulerCollections(server.mongo);
    const lock = createClaimLock(server.mongo, plays);
    const first = (await lock.acquire()) ?? (await lock.acquire());
    expect(await first?.about('p1')).toBe(true);
    const before = (await plays.findOne({ _id: 'p1' }))?.ver as number;
    await server.mongo
      .collection<{ _id: string }>('play_locks')
      .updateOne({ _id: 'claims' }, { $set: { until: new Date(0) } });
    const second = await lock.acquire();
    expect((await plays.findOne({ _id: 'p1' }))?.ver).toBe(before + 1);
    expect(await first?.about('p1')).toBe(false);
    await first?.release();
    expect(await second?.about('p1'), 'only its own holder releases it').toBe(true);
    await second?.release();
  });

  test('a page of a list takes as many queries, however many of its plays wait for something', async () => {
    const { store } = await create();
    const life = lifeOf(store);
    for (let i = 0; i < 6; i++) await life.add(playOf(`p${i}`));
    for (const { play, lease } of await life.claim(6)) {
      for (const id of ['b', 'a']) await life.record(play.sid, lease.token, questionOf(id));
      await life.report(play.sid, lease.token, 'awaiting_resume');
    }
    const before = server.sent();
    const { found } = await store.list({ conditions: [], beforeSid: '', limit: 50 });
    expect(server.sent() - before, 'the plays, and what they wait for').toBe(2);
    expect(found.map(({ play }) => play.sid)).toEqual(['p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
    for (const { waitingFor } of found) expect(waitingFor.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('uses an index for every query', async () => {
    expect(await server.scans()).toEqual([]);
    await server.mongo.collection('plays').findOne({ doc: 'planted' });
    expect(await server.scans()).toMatchObject([expect.stringContaining('find plays')]);
  });
});

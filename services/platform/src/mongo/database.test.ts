// Contract: documents that are there already are no failure of a bulk of writes; everything else is, above all a connection that was lost on the
// way, of which the driver says nothing for any single document.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelay, noMongo, type Relay } from '../testing/index.ts';
import { openMongo } from './connect.ts';
import { type MongoDatabase, unlessThere } from './database.ts';

/** An id of a document cannot be changed. */
const refused = (_id: string) => ({ updateOne: { filter: { _id }, update: { $set: { _id: 'other' } } } });

describe.skipIf(noMongo)('a bulk of writes', () => {
  let relay: Relay;
  let mongo: MongoDatabase;
  beforeAll(async () => {
    relay = await createRelay(process.env.MONGODB_URL ?? '');
    mongo = await openMongo({ url: relay.url, database: `bulk_${process.pid}` });
  });
  afterAll(async () => {
    relay.mend();
    await mongo.db.dropDatabase();
    await mongo.close();
    await relay.close();
  });
  const inserts = (...ids: string[]) =>
    unlessThere(() =>
      mongo.collection<{ _id: string }>('some').insertMany(
        ids.map((_id) => ({ _id })),
        { ordered: false },
      ),
    );
  const present = async () => (await mongo.collection('some').find().toArray()).map(({ _id }) => String(_id)).sort();

  it('leaves what is there, and writes the rest', async () => {
    await inserts('a', 'b');
    await inserts('b', 'c', 'a');
    await inserts('a');
    expect(await present()).toEqual(['a', 'b', 'c']);
  });

  it('fails with what failed for another reason, beside what is there', async () => {
    const some = mongo.collection<{ _id: string }>('some');
    const mixed = [{ insertOne: { document: { _id: 'a' } } }, refused('b'), { insertOne: { document: { _id: 'd' } } }];
    await expect(unlessThere(() => some.bulkWrite(mixed, { ordered: false }))).rejects.toThrow();
    expect(await present()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('fails when the way to the server is cut', async () => {
    relay.slow(200);
    const lost = expect(inserts('e', 'f')).rejects.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    await relay.cut();
    await lost;
    const upserts = ['e', 'g'].map((_id) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: { _id } }, upsert: true },
    }));
    const away = unlessThere(() => mongo.collection<{ _id: string }>('some').bulkWrite(upserts, { ordered: false }));
    await expect(away).rejects.toThrow();
    relay.mend();
    await inserts('e', 'f', 'g');
    expect(await present()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });
});

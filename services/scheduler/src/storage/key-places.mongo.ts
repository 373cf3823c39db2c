/**
 * Starts that refuse to wait, or displace others: they count the live plays of their concurrency key, and no two may count at once.
 *
 * A start first takes a place in the document of its key, made only if that is still as it was read; then it adds its play. A place whose
 * play is not there yet counts as a live play. One whose play never comes (a crash in between) is given up after some seconds.
 */

import { randomUUID } from 'node:crypto';
import { type Collection, insertIfAbsent, type MongoDatabase } from '@hero-logic/platform/mongo';
import { type ConflictPolicy, displacedBy, keyGateOf } from '../domain/gates.ts';
import type { Play } from '../domain/play.ts';
import { type PlayDocument, STAGE } from './play-documents.mongo.ts';

type Taken = { readonly displaced: readonly string[] } | { readonly known: Play };

export interface KeyPlaces {
  /** CONCURRENCY_LIMIT. `findKnown`: the play that was started with the same idempotency key. */
  take(play: Play, policy: ConflictPolicy, findKnown: () => Promise<Play | undefined>): Promise<Taken>;
  /** The play is there, or will not come. */
  settle(play: Play): Promise<void>;
}

interface Place {
  readonly sid: string;
  readonly idempotencyKey: string;
  readonly at: number;
}

interface KeyDocument {
  readonly _id: string;
  /** Another one after every change. */
  readonly rev: string;
  readonly places: readonly Place[];
}

const GIVEN_UP_AFTER_MS = 30_000;
const PAUSE_MS = 10;

export function createKeyPlaces(mongo: MongoDatabase, plays: Collection<PlayDocument>): KeyPlaces {
  const keys = mongo.collection<KeyDocument>('play_keys');

  async function read(key: string) {
    // In this order: a play that comes meanwhile is seen at its place, or among the live ones.
    const found = await keys.findOne({ _id: key });
    const taken = found?.places ?? [];
    const live = await plays.find({ keyGate: key, stage: { $lt: STAGE.ended } }, { projection: { _id: 1 } }).toArray();
    const there = await plays
      .find({ _id: { $in: taken.map(({ sid }) => sid) } }, { projection: { stage: 1 } })
      .toArray();
    const coming = taken.filter(
      ({ sid, at }) => !there.some(({ _id }) => _id === sid) && at > Date.now() - GIVEN_UP_AFTER_MS,
    );
    const alive = there.filter(({ stage }) => stage < STAGE.ended);
    const sids = new Set([...live, ...alive].map(({ _id }) => _id));
    for (const { sid } of coming) sids.add(sid);
    return { rev: found?.rev, coming, live: [...sids].sort() };
  }

  async function write(key: string, rev: string | undefined, places: readonly Place[]): Promise<boolean> {
    const next = { rev: randomUUID(), places };
    if (rev === undefined) return insertIfAbsent(keys, { _id: key, ...next });
    return (await keys.updateOne({ _id: key, rev }, { $set: next })).matchedCount > 0;
  }

  return {
    async take(play, policy, findKnown) {
      const key = keyGateOf(play);
      const { sid, idempotencyKey } = play;
      for (;;) {
        const { rev, coming, live } = await read(key);
        const known = await findKnown();
        if (known !== undefined) return { known };
        if (idempotencyKey !== '' && coming.some((place) => place.idempotencyKey === idempotencyKey)) {
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
          continue;
        }
        const displaced = displacedBy(play, policy, live);
        if (await write(key, rev, [...coming, { sid, idempotencyKey, at: Date.now() }])) return { displaced };
      }
    },
    async settle(play) {
      const key = keyGateOf(play);
      await keys.updateOne({ _id: key }, { $pull: { places: { sid: play.sid } }, $set: { rev: randomUUID() } });
      await keys.deleteOne({ _id: key, places: [] });
    },
  };
}

// Fields of a play's document by which it is found. What an older version has written has none of them yet: it gets them from here.

import type { MongoDatabase } from '@hero-logic/platform/mongo';
import { labelOf, placeOf } from '../domain/filter/condition.ts';
import type { Play } from '../domain/play.ts';
import type { SchedulerCollections } from './play-documents.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';

/** Those that never change. */
export function searchFields(play: Play) {
  return {
    namespace: placeOf(play.namespace),
    labels: Object.entries(play.tags).map(([key, value]) => labelOf(key, value)),
    forkedFrom: play.forkedFrom?.playSid ?? '',
    ungrouped: false,
  };
}

const BATCH = 500;

/** Gives some plays of an older version their fields; also one that an older process has just written. */
export async function addSearchFields({ plays }: Pick<SchedulerCollections, 'plays'>): Promise<void> {
  const old = await plays
    .find({ labels: { $exists: false } }, { projection: { doc: 1, ver: 1 }, hint: 'by_label' })
    .limit(BATCH)
    .toArray();
  if (old.length === 0) return;
  const updates = old.map((document) => {
    const play = playFrom(document);
    const { versionNumber, completedAt = 0 } = play;
    const fields = { ...searchFields(play), errorGroup: '', hiddenBy: '', versionNumber, endedAt: completedAt };
    return { updateOne: { filter: { _id: document._id, ver: document.ver }, update: { $set: fields } } };
  });
  await plays.bulkWrite(updates, { ordered: false });
}

const NAMESPACES = 'namespaces';
const PLACED_AT_ONCE = 5_000;

interface Upgrade {
  readonly _id: string;
  /** Plays up to this sid are done. */
  readonly after: string;
  readonly done: boolean;
}

/**
 * Gives some plays their namespace at each call, from the oldest on, once for a database. Those that have none yet are found by callers of all
 * namespaces, and by nobody else's lists.
 */
export function createNamespaceUpgrade(mongo: MongoDatabase, { plays }: Pick<SchedulerCollections, 'plays'>) {
  const upgrades = mongo.collection<Upgrade>('play_upgrades');
  let isDone = false;
  return async () => {
    if (isDone) return;
    const { after = '', done = false } = (await upgrades.findOne({ _id: NAMESPACES })) ?? {};
    isDone = done;
    if (done) return;
    const old = await plays
      .find({ _id: { $gt: after }, namespace: { $exists: false } }, { projection: { doc: 1 }, hint: '_id_' })
      .sort({ _id: 1 })
      .limit(PLACED_AT_ONCE)
      .toArray();
    const updates = old.map((document) => {
      const update = { $set: { namespace: placeOf(playFrom(document).namespace) } };
      return { updateOne: { filter: { _id: document._id }, update } };
    });
    if (updates.length > 0) await plays.bulkWrite(updates, { ordered: false });
    const next = { after: old.at(-1)?._id ?? after, done: old.length < PLACED_AT_ONCE };
    await upgrades.updateOne({ _id: NAMESPACES }, { $set: next }, { upsert: true });
  };
}

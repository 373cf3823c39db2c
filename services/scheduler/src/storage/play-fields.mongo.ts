// Fields of a play's document by which it is found. What an older version has written has none of them yet: it gets them from here.

import { labelOf, placeOf } from '../domain/filter/condition.ts';
import type { Play } from '../domain/play.ts';
import { type SchedulerCollections, UNPLACED } from './play-documents.mongo.ts';
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

const PLACED_AT_ONCE = 5_000;

/**
 * Gives some plays their namespace at each call. Those that have none yet, also those that an older process writes beside this one, are found
 * by callers of all namespaces, and by nobody else's lists. The index has nothing else in it, so that the look costs nothing when all is done.
 */
export async function addNamespaces({ plays }: Pick<SchedulerCollections, 'plays'>): Promise<void> {
  const old = await plays
    .find(UNPLACED, { projection: { doc: 1 }, hint: 'unplaced' })
    .limit(PLACED_AT_ONCE)
    .toArray();
  if (old.length === 0) return;
  const updates = old.map((document) => {
    const update = { $set: { namespace: placeOf(playFrom(document).namespace) } };
    return { updateOne: { filter: { _id: document._id }, update } };
  });
  await plays.bulkWrite(updates, { ordered: false });
}

// Fields of a play's document by which it is found. What an older version has written has none of them yet: it gets them from here.

import { labelOf } from '../domain/filter/condition.ts';
import type { Play } from '../domain/play.ts';
import type { SchedulerCollections } from './play-documents.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';

/** Those that never change. */
export function searchFields(play: Play) {
  return {
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

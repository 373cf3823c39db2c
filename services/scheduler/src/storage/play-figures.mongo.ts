// Counts by index, and the heads of two orders.

import type { MongoDatabase } from '@hero-logic/platform/mongo';
import type { PlayFigures, ReadPlayFigures } from '../domain/play-figures.ts';
import { STAGE, schedulerCollections } from './play-documents.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';

export function createMongoPlayFigures(mongo: MongoDatabase): ReadPlayFigures {
  const { plays, pauses } = schedulerCollections(mongo);
  const ready = { stage: STAGE.ready };
  const open = { state: 'open', kind: 'question' };
  const hint = 'open_by_kind';
  const byStatus = (status: string) => plays.countDocuments({ status });
  return async (): Promise<PlayFigures> => {
    const [pending, running, awaitingResume, count, next, openQuestions, oldest] = await Promise.all([
      byStatus('pending'),
      byStatus('running'),
      byStatus('awaiting_resume'),
      plays.countDocuments(ready, { hint: 'ready' }),
      plays.findOne(ready, { sort: { rank: 1, _id: 1 }, projection: { doc: 1 } }),
      pauses.countDocuments(open, { hint }),
      pauses.findOne(open, { hint, sort: { play: 1 }, projection: { doc: 1 } }),
    ]);
    const head = next === null ? undefined : playFrom(next);
    return {
      ...{ pending, running, awaitingResume, ready: count, openQuestions },
      nextReadyAt: head?.readyAt ?? head?.createdAt,
      oldestAskedAt: oldest === null ? undefined : (JSON.parse(oldest.doc) as { askedAt: number }).askedAt,
    };
  };
}

// RemovalStore on MongoDB. A play is hidden by one update of its document. It is removed from the outside in: the note, what belongs to it,
// and the document last, so that whoever died on the way is repeated by the next.

import { createMongoTexts, type MongoDatabase, type MongoIndexes, unlessThere } from '@hero-logic/platform/mongo';
import type { Gaits } from '../domain/removal/pace.ts';
import {
  type EndPlace,
  type Hiding,
  NOT_THERE,
  RETENTION,
  type RemovalStore,
  type TakeEnded,
  type Taken,
} from '../domain/removal/removal-store.ts';
import { longTextsOf } from './pause-documents.mongo.ts';
import { type PauseDocument, type PlayDocument, STAGE, schedulerCollections } from './play-documents.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';
import { CANDIDATE, type Candidate, decideHiding } from './removal-ties.mongo.ts';

interface RemovalDocument {
  readonly _id: string;
  readonly by: string;
  readonly at: number;
}

export const REMOVAL_INDEXES: MongoIndexes = { play_removals: [{ key: { at: 1 }, name: 'by_time' }] };

const GAITS: Gaits = {
  full: { plays: 500, rest: 0 },
  between: { plays: 100, rest: 0 },
  givingWay: { plays: 100, rest: 2 },
  lookEveryMs: 20,
};

/** More than are asked for at once: their first 101 do not come alone. */
const IN_ONE_REPLY = 1000;
const SID_ONLY = { projection: { _id: 1 } } as const;

export function createMongoRemovalStore(mongo: MongoDatabase): RemovalStore {
  const collections = schedulerCollections(mongo);
  const { plays, pauses, prefills } = collections;
  const removals = mongo.collection<RemovalDocument>('play_removals');
  const texts = createMongoTexts(mongo, 'play_texts');

  /** Of these, those that it hides now or has hidden before. */
  async function hideFree(found: readonly Candidate[], by: string): Promise<Map<string, Hiding>> {
    const decided = await decideHiding(collections, found, by);
    const going = found.filter(({ _id, hiddenBy = '' }) => hiddenBy === '' && decided.get(_id) === 'hidden');
    if (going.length === 0) return decided;
    const sids = going.map(({ _id }) => _id);
    const free = { _id: { $in: sids }, stage: STAGE.ended, hiddenBy: { $in: ['', null] } };
    const { matchedCount } = await plays.updateMany(free as unknown as Partial<PlayDocument>, {
      $set: { hiddenBy: by },
    });
    if (matchedCount === sids.length) return decided;
    // Somebody else was faster with some of them.
    const mine = await plays.find({ _id: { $in: sids }, hiddenBy: by }, SID_ONLY).toArray();
    const hidden = new Set(mine.map(({ _id }) => _id));
    for (const sid of sids) if (!hidden.has(sid)) decided.set(sid, 'already');
    return decided;
  }

  async function hide(sids: readonly string[], by: string): Promise<Hiding[]> {
    const reading = { projection: CANDIDATE, batchSize: IN_ONE_REPLY };
    const found = await plays.find({ _id: { $in: [...sids] } }, reading).toArray();
    const byId = new Map(found.map((document) => [document._id, document]));
    const inOrder = sids.flatMap((sid) => byId.get(sid) ?? []);
    const decided = await hideFree(inOrder, by);
    return sids.map((sid) => decided.get(sid) ?? NOT_THERE);
  }

  async function takeEnded({ workflowSid, after, upTo, atMost }: TakeEnded): Promise<Taken> {
    const filter = {
      workflowSid,
      endedAt: { $gt: 0, $gte: after.endedAt, $lte: upTo.endedAt },
      hiddenBy: { $in: ['', null] },
      $and: [
        { $or: [{ endedAt: { $gt: after.endedAt } }, { _id: { $gt: after.sid } }] },
        { $or: [{ endedAt: { $lt: upTo.endedAt } }, { _id: { $lte: upTo.sid } }] },
      ],
    };
    const found = await plays
      .find(filter as unknown as Partial<PlayDocument>, {
        ...{ projection: { ...CANDIDATE, endedAt: 1 }, hint: 'ended', batchSize: IN_ONE_REPLY },
      })
      .sort({ endedAt: 1, _id: 1 })
      .limit(atMost)
      .toArray();
    const last = found.at(-1);
    const decided = await hideFree(found, RETENTION);
    const sids = found.map(({ _id }) => _id).filter((sid) => decided.get(sid) === 'hidden');
    return { sids, last: last && placeOf(last) };
  }

  const hiddenBy = (by: string) => ({ $and: [{ hiddenBy: by }, { hiddenBy: { $gt: '' } }] });
  async function listHidden(by: string, atMost: number): Promise<string[]> {
    const found = await plays
      .find(hiddenBy(by), { ...SID_ONLY, hint: 'hidden', batchSize: IN_ONE_REPLY })
      .limit(atMost)
      .toArray();
    return found.map(({ _id }) => _id);
  }

  async function remove(sids: readonly string[], by: string, now: number): Promise<void> {
    const found = await plays
      .find(
        { _id: { $in: [...sids] }, hiddenBy: by },
        { projection: { 'input.ref': 1, 'output.ref': 1, pauses: 1 }, batchSize: IN_ONE_REPLY },
      )
      .toArray();
    if (found.length === 0) return;
    const own = { $in: found.map(({ _id }) => _id) };
    const [asked, filled] = await Promise.all([
      pausesOf(found.filter((play) => play.pauses).map(({ _id }) => _id)),
      prefills.find({ play: own }, { projection: { payload: 1 } }).toArray(),
    ]);
    // A note that is there is of one who died before the play was gone.
    await unlessThere(() =>
      removals.insertMany(
        own.$in.map((_id) => ({ _id, by, at: now })),
        { ordered: false },
      ),
    );
    await texts.drop([
      // Those that are short were not read.
      ...found.flatMap(({ input = '', output = '' }) => [input, output]),
      ...asked.flatMap(longTextsOf),
      ...filled.map(({ payload }) => payload),
    ]);
    if (asked.length > 0) await pauses.deleteMany({ _id: { $in: asked.map(({ _id }) => _id) } });
    if (filled.length > 0) await prefills.deleteMany({ _id: { $in: filled.map(({ _id }) => _id) } });
    await plays.deleteMany({ _id: own, hiddenBy: by });
  }

  /** "PLAY/ID": they begin with their play. */
  async function pausesOf(sids: readonly string[]): Promise<PauseDocument[]> {
    if (sids.length === 0) return [];
    return pauses.find({ $or: sids.map((sid) => ({ _id: { $gte: `${sid}/`, $lt: `${sid}0` } })) }).toArray();
  }

  const ended = (workflowSid: string) => ({ workflowSid, endedAt: { $gt: 0 } });
  const place = { projection: { endedAt: 1 }, hint: 'ended', batchSize: IN_ONE_REPLY } as const;
  const placeOf = ({ _id: sid, endedAt }: Pick<PlayDocument, '_id' | 'endedAt'>): EndPlace => ({ sid, endedAt });

  return {
    gaits: GAITS,
    hide,
    async show(by, atMost) {
      const sids = await listHidden(by, atMost);
      if (sids.length > 0) await plays.updateMany({ _id: { $in: sids }, hiddenBy: by }, { $set: { hiddenBy: '' } });
      return sids.length;
    },
    listHidden,
    takeEnded,
    remove,
    // Labels are part of the document.
    tidy: async () => 0,
    async find(sid) {
      const gone = await removals.findOne({ _id: sid });
      if (gone !== null) return { by: gone.by, removedAt: gone.at };
      const by = (await plays.findOne({ _id: sid }, { projection: { hiddenBy: 1 } }))?.hiddenBy ?? '';
      return by === '' ? undefined : { by };
    },
    async forget(before, atMost) {
      const old = await removals
        .find({ at: { $lt: before } }, SID_ONLY)
        .limit(atMost)
        .toArray();
      if (old.length > 0) await removals.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
      return old.length;
    },
    async nextWorkflow(after) {
      const next = await plays.findOne(
        { workflowSid: { $gt: after } },
        { sort: { workflowSid: 1 }, projection: { workflowSid: 1 }, hint: 'by_workflow' },
      );
      return next?.workflowSid;
    },
    async firstOver(workflowSid, keep) {
      const found = await plays
        .find(ended(workflowSid), place)
        .sort({ endedAt: -1, _id: -1 })
        .skip(keep)
        .limit(1)
        .toArray();
      return found[0] && placeOf(found[0]);
    },
    async figures(workflowSid, sample) {
      const found = plays.find({ workflowSid }, { projection: { doc: 1, input: 1, output: 1 }, hint: 'by_workflow' });
      const latest = await found.sort({ _id: -1 }).limit(sample).toArray();
      const [first] = latest;
      if (first === undefined) return undefined;
      const oldest = await plays.findOne(
        { workflowSid },
        { sort: { _id: 1 }, projection: { doc: 1 }, hint: 'by_workflow' },
      );
      const long = await texts.getAll(latest.flatMap(({ input, output }) => [input, output]));
      const bytes = latest.reduce((sum, { doc }) => sum + doc.length, 0);
      return {
        workflowSid,
        workflowName: playFrom(first).workflowName,
        plays: await plays.countDocuments({ workflowSid }, { hint: 'by_workflow' }),
        oldestAt: playFrom(oldest ?? first).createdAt,
        sample: latest.map(({ _id }) => _id),
        sampleBytes: long.reduce((sum, text) => sum + Buffer.byteLength(text), bytes),
      };
    },
    // The server looks after its own files.
    files: async () => ({ bytes: 0, free: 0 }),
    compact: async () => 0,
  };
}

// What keeps a play in the store: asked for many plays at once.

import { BENCHMARK_HELPER, BENCHMARK_LABEL, type Hiding, inUse, NOT_ENDED } from '../domain/removal/removal-store.ts';
import { type PlayDocument, type SchedulerCollections, STAGE } from './play-documents.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';

/** What is read of a play to see whether it may go. */
export type Candidate = Pick<PlayDocument, '_id' | 'stage' | 'hiddenBy' | 'parentSid' | 'doc'>;
export const CANDIDATE = { stage: 1, hiddenBy: 1, parentSid: 1, doc: 1 } as const;

const LIVE = { stage: { $lt: STAGE.ended } };
const SID_ONLY = { projection: { _id: 1 } } as const;

/** What `hide` says of each, in their order, before it is done: 'hidden' = it may be hidden. A fork keeps no play behind it in this order. */
export async function decideHiding(
  { plays }: SchedulerCollections,
  found: readonly Candidate[],
  by: string,
): Promise<Map<string, Hiding>> {
  const tie = await tiesOf(plays, found, by);
  const going = new Set<string>();
  const decide = (document: Candidate): Hiding => {
    const hiddenBy = document.hiddenBy ?? '';
    if (hiddenBy !== '') return hiddenBy === by ? 'hidden' : 'already';
    if (document.stage !== STAGE.ended) return NOT_ENDED;
    const why = tie(document, going);
    if (why !== undefined) return inUse(why);
    going.add(document._id);
    return 'hidden';
  };
  return new Map(found.map((document) => [document._id, decide(document)]));
}

/** Why one of these must stay, as far as other plays say it; `gone` are those that go with it. */
async function tiesOf(plays: SchedulerCollections['plays'], found: readonly Candidate[], by: string) {
  const sids = found.map(({ _id }) => _id);
  const above = (document: Candidate) =>
    document.parentSid === '' ? [] : [document.parentSid, playFrom(document).rootPlaySid];
  const parents = [...new Set(found.flatMap(above))];
  const [live, children, forks] = await Promise.all([
    parents.length === 0 ? [] : plays.find({ _id: { $in: parents }, ...LIVE }, SID_ONLY).toArray(),
    plays
      .find(
        { $and: [{ parentSid: { $in: sids } }, { parentSid: { $gt: '' } }], ...LIVE },
        { projection: { parentSid: 1 }, hint: 'by_parent' },
      )
      .toArray(),
    plays
      .find(
        { $and: [{ forkedFrom: { $in: sids } }, { forkedFrom: { $gt: '' } }], hiddenBy: { $ne: by } },
        { projection: { forkedFrom: 1 }, hint: 'forks' },
      )
      .toArray(),
  ]);
  const liveAbove = new Set(live.map(({ _id }) => _id));
  const liveBelow = new Set(children.map(({ parentSid }) => parentSid));
  return (document: Candidate, gone: ReadonlySet<string>): string | undefined => {
    if (above(document).some((sid) => liveAbove.has(sid))) return 'a live play has spawned it';
    if (liveBelow.has(document._id)) return 'a live play was spawned by it';
    const fork = forks.find(({ _id, forkedFrom }) => forkedFrom === document._id && !gone.has(_id));
    if (fork !== undefined) return `play ${fork._id} is a fork of it`;
    const benchmark = playFrom(document).tags[BENCHMARK_LABEL];
    if (benchmark !== undefined && benchmark !== BENCHMARK_HELPER) return `benchmark ${benchmark} refers to it`;
    return undefined;
  };
}

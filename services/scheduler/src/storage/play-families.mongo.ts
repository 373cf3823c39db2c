// Parents and children: who has to be told of an end, and which children nobody waits for any more.

import type { PlayStore } from '../domain/play-store.ts';
import type { SchedulerCollections } from './play-documents.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';

type Families = Pick<PlayStore, 'listUntoldChildren' | 'markTold' | 'listLeftChildren' | 'markLeft' | 'hasFamilyWork'>;

const UNTOLD = { untold: true };
const LEFT = { state: 'withdrawn', left: false, childSid: { $gt: '' } };
const SID_ONLY = { projection: { _id: 1 } } as const;

export function createPlayFamilies({ plays, pauses }: SchedulerCollections): Families {
  return {
    listUntoldChildren: async (atMost) =>
      (
        await plays
          .find(UNTOLD, { projection: { doc: 1 } })
          .limit(atMost)
          .toArray()
      ).map(playFrom),
    async markTold(childSids) {
      if (childSids.length > 0) await plays.updateMany({ _id: { $in: [...childSids] } }, { $set: { untold: false } });
    },
    async listLeftChildren(atMost, parentPlaySid) {
      const of = parentPlaySid === undefined ? {} : { play: parentPlaySid };
      const found = await pauses
        .find({ ...of, ...LEFT }, { projection: { play: 1, id: 1, childSid: 1 } })
        .hint('left')
        .limit(atMost)
        .toArray();
      return found.map(({ play, id, childSid }) => ({ playSid: play, resumeId: id, childPlaySid: childSid }));
    },
    async markLeft(children) {
      if (children.length === 0) return;
      const ids = children.map(({ playSid, resumeId }) => `${playSid}/${resumeId}`);
      await pauses.updateMany({ _id: { $in: ids } }, { $set: { left: true } });
    },
    async hasFamilyWork() {
      const [untold, left] = await Promise.all([
        plays.findOne(UNTOLD, SID_ONLY),
        pauses.findOne(LEFT, { ...SID_ONLY, hint: 'left' }),
      ]);
      return untold !== null || left !== null;
    },
  };
}

// ErrorGroupStore on MongoDB, for any number of processes. A group knows the plays that it counted last, so that one which two processes
// look at, or one that looked and died before it could say so, is counted once.

import type { Collection, MongoDatabase, MongoIndexes } from '@hero-logic/platform/mongo';
import { insertIfAbsent } from '@hero-logic/platform/mongo';
import { errorGroupNotFound } from '../domain/errors.ts';
import { type ErrorGroup, seen } from '../domain/failure/error-group.ts';
import type { ErrorGroupQuery, ErrorGroupStore } from '../domain/failure/error-group-store.ts';
import { failureOf } from '../domain/failure/fingerprint.ts';
import type { Play } from '../domain/play.ts';
import { schedulerCollections } from './play-documents.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';

interface GroupDocument {
  /** The fingerprint. */
  readonly _id: string;
  readonly ver: number;
  readonly workflowSid: string;
  readonly state: string;
  readonly lastSeen: number;
  /** Plays that were counted last. */
  readonly recent: readonly string[];
  readonly doc: string;
}

export const ERROR_GROUP_INDEXES: MongoIndexes = {
  error_groups: [
    { key: { lastSeen: 1, _id: 1 }, name: 'by_time' },
    { key: { workflowSid: 1, lastSeen: 1, _id: 1 }, name: 'by_workflow' },
    { key: { state: 1, lastSeen: 1, _id: 1 }, name: 'by_state' },
  ],
};

const MOST_RECENT = 300;
const UNGROUPED = { ungrouped: true } as const;

export function createMongoErrorGroupStore(mongo: MongoDatabase): ErrorGroupStore {
  const { plays } = schedulerCollections(mongo);
  const groups: Collection<GroupDocument> = mongo.collection('error_groups');

  /** Writes what `next` makes of it, again if somebody was faster. Undefined = nothing is to be written. */
  async function change(
    fingerprint: string,
    next: (found: GroupDocument | null) => GroupDocument | undefined,
  ): Promise<void> {
    for (;;) {
      const found = await groups.findOne({ _id: fingerprint });
      const document = next(found);
      if (document === undefined) return;
      const { _id, ...fields } = document;
      if (found === null ? await insertIfAbsent(groups, document) : await replaced(_id, found.ver, fields)) return;
    }
  }

  async function replaced(_id: string, ver: number, fields: Omit<GroupDocument, '_id'>): Promise<boolean> {
    return (await groups.replaceOne({ _id, ver }, fields)).matchedCount > 0;
  }

  async function absorbOne(play: Play): Promise<void> {
    // Others may have looked at it since it was listed.
    if ((await plays.findOne({ _id: play.sid, ...UNGROUPED }, { projection: { _id: 1 } })) === null) return;
    const failure = failureOf(play);
    await change(failure.fingerprint, (found) => {
      if (found?.recent.includes(play.sid)) return undefined;
      const recent = [...(found?.recent ?? []), play.sid].slice(-MOST_RECENT);
      return documentOf(seen(found === null ? undefined : groupFrom(found), failure, play), found, recent);
    });
    await plays.updateOne({ _id: play.sid }, { $set: { errorGroup: failure.fingerprint, ungrouped: false } });
  }

  return {
    async absorb(atMost) {
      const found = await plays
        .find(UNGROUPED, { projection: { doc: 1 } })
        .limit(atMost)
        .toArray();
      for (const document of found) await absorbOne(playFrom(document));
      return found.length;
    },
    hasUngrouped: async () => (await plays.findOne(UNGROUPED, { projection: { _id: 1 } })) !== null,
    async find(fingerprint) {
      const found = await groups.findOne({ _id: fingerprint });
      return found === null ? undefined : groupFrom(found);
    },
    async list({ workflowSid, state, after, limit }: ErrorGroupQuery) {
      const filter = {
        ...(workflowSid === '' ? {} : { workflowSid }),
        ...(state === undefined ? {} : { state }),
        ...(after === undefined
          ? {}
          : {
              lastSeen: { $lte: after.lastSeen },
              $or: [{ lastSeen: { $lt: after.lastSeen } }, { _id: { $lt: after.fingerprint } }],
            }),
      };
      const hint = workflowSid !== '' ? 'by_workflow' : state !== undefined ? 'by_state' : 'by_time';
      const found = await groups.find(filter, { hint }).sort({ lastSeen: -1, _id: -1 }).limit(limit).toArray();
      return found.map(groupFrom);
    },
    async change(fingerprint, decide) {
      let result: ErrorGroup | undefined;
      await change(fingerprint, (found) => {
        if (found === null) throw errorGroupNotFound(fingerprint);
        const group = groupFrom(found);
        result = decide(group);
        return result === group ? undefined : documentOf(result, found, found.recent);
      });
      return result as ErrorGroup;
    },
  };
}

function documentOf(group: ErrorGroup, before: GroupDocument | null, recent: readonly string[]): GroupDocument {
  const { fingerprint, workflowSid, state, lastSeen } = group;
  const ver = (before?.ver ?? 0) + 1;
  return { _id: fingerprint, ver, workflowSid, state, lastSeen, recent, doc: JSON.stringify(group) };
}

function groupFrom({ doc }: GroupDocument): ErrorGroup {
  return JSON.parse(doc) as ErrorGroup;
}

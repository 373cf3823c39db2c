// ErrorGroupStore on MongoDB, for any number of processes. A group knows the plays that it counted last, so that one which two processes
// look at, or one that looked and died before it could say so, is counted once.

import { DEFAULT_NAMESPACE } from '@hero-logic/platform';
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
  /** Absent on what an older version has written, until `finish`. */
  readonly namespace?: string;
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
    { key: { namespace: 1, lastSeen: 1, _id: 1 }, name: 'by_namespace' },
  ],
};

export interface MongoErrorGroupStore extends ErrorGroupStore {
  /** Says of some groups of an older version, or of an older process beside this one, which namespace they are of. To be called every few seconds. */
  finish(): Promise<void>;
}

const MOST_RECENT = 300;
const PLACED_AT_ONCE = 50;
const UNGROUPED = { ungrouped: true } as const;

export function createMongoErrorGroupStore(mongo: MongoDatabase): MongoErrorGroupStore {
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

  /** A workflow never moves, so any of its plays says where a group is. Without one that is not known. */
  async function place({ _id, workflowSid }: GroupDocument): Promise<void> {
    const play = await plays.findOne({ workflowSid }, { projection: { doc: 1 }, hint: 'by_workflow' });
    const namespace = play === null ? '' : (playFrom(play).namespace ?? DEFAULT_NAMESPACE);
    await change(_id, (found) =>
      found === null ? undefined : documentOf({ ...groupFrom(found), namespace }, found, found.recent),
    );
  }

  return {
    async finish() {
      const old = await groups
        .find({ namespace: { $exists: false } }, { hint: 'by_namespace' })
        .limit(PLACED_AT_ONCE)
        .toArray();
      for (const group of old) await place(group);
    },
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
    async list(query) {
      const { workflowSid, namespace, state, after, limit } = query;
      const filter = {
        ...(workflowSid === '' ? {} : { workflowSid }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(state === undefined ? {} : { state }),
        ...(after === undefined
          ? {}
          : {
              lastSeen: { $lte: after.lastSeen },
              $or: [{ lastSeen: { $lt: after.lastSeen } }, { _id: { $lt: after.fingerprint } }],
            }),
      };
      const found = await groups
        .find(filter, { hint: indexFor(query) })
        .sort({ lastSeen: -1, _id: -1 })
        .limit(limit)
        .toArray();
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

function indexFor({ workflowSid, namespace, state }: ErrorGroupQuery): string {
  if (workflowSid !== '') return 'by_workflow';
  if (namespace !== undefined) return 'by_namespace';
  return state === undefined ? 'by_time' : 'by_state';
}

function documentOf(group: ErrorGroup, before: GroupDocument | null, recent: readonly string[]): GroupDocument {
  const { fingerprint, workflowSid, namespace, state, lastSeen } = group;
  const ver = (before?.ver ?? 0) + 1;
  return { _id: fingerprint, ver, workflowSid, namespace, state, lastSeen, recent, doc: JSON.stringify(group) };
}

function groupFrom({ doc }: GroupDocument): ErrorGroup {
  return JSON.parse(doc) as ErrorGroup;
}

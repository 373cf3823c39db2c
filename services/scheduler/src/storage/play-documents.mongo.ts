// Documents of the scheduler. `doc` is the small state of a play or pause as JSON text; what is searched or ordered by is a field beside
// it. Long texts stand apart (MongoTexts). Numbers that may be missing have a value for "none", so that partial indexes can leave it out.

import type { Collection, MongoDatabase, MongoIndexes, StoredText } from '@hero-logic/platform/mongo';
import type { DeliveryDocument } from './webhook-store.mongo.ts';

/** Where a play stands: domain/gates.ts. */
export const STAGE = {
  delayed: -1,
  held: 0,
  key: 1,
  rate: 2,
  workflow: 3,
  ready: 4,
  running: 5,
  waiting: 6,
  ended: 7,
} as const;
export type Stage = (typeof STAGE)[keyof typeof STAGE];

/** What a change does beside its play: play-change.mongo.ts. */
export interface Intent {
  readonly pause?: PauseDocument;
  readonly dropsOpen?: boolean;
  readonly withdrawsOpen?: boolean;
  /** What webhooks are told of it. */
  readonly deliveries?: readonly DeliveryDocument[];
}

export interface PlayDocument {
  readonly _id: string;
  /** Grows with every write that the next decision has to know of. */
  readonly ver: number;
  readonly workflowSid: string;
  readonly versionSid: string;
  readonly status: string;
  readonly rank: number;
  readonly keyGate: string;
  readonly stage: Stage;
  readonly fresh: boolean;
  /** 0 = at once. */
  readonly notBefore: number;
  /** 0 = never. */
  readonly startedAt: number;
  readonly executorId: string;
  /** 0 = no lease. */
  readonly leaseExpiresAt: number;
  readonly idempotencyKey: string;
  /** Names of the play and its workflow in lower case. */
  readonly names: string;
  readonly parentSid: string;
  /** As `placeOf` writes it. Absent on what an older version has written: play-fields.mongo.ts. */
  readonly namespace: string;
  /** `labelOf` of each tag. Absent on what an older version has written: play-fields.mongo.ts. */
  readonly labels: readonly string[];
  readonly versionNumber: number;
  /** 0 = not yet. */
  readonly endedAt: number;
  /** Fingerprint of its failure; empty = none, or not looked at yet. */
  readonly errorGroup: string;
  /** It has failed, and its failure has not been looked at. */
  readonly ungrouped: boolean;
  /** The bulk job that hides it until it is removed; empty = none. */
  readonly hiddenBy: string;
  /** The play that it is a fork of; empty = none. */
  readonly forkedFrom: string;
  /** It has ended, and its parent has not been told. */
  readonly untold: boolean;
  /** It has recorded a pause. */
  readonly pauses: boolean;
  /** Answers with a lower number were given to a claim. */
  readonly deliveredBelow: number;
  readonly doc: string;
  readonly input: StoredText;
  /** Empty until success. */
  readonly output: StoredText;
  readonly intent: Intent | null;
  /** When the intent was written; 0 = it is done. */
  readonly intentAt: number;
}

export interface PauseDocument {
  /** "PLAY/ID" */
  readonly _id: string;
  readonly play: string;
  readonly id: string;
  /** `ver` of the play with which it was written last. */
  readonly ver: number;
  /** `ver` of the play with which it was recorded: their order. */
  readonly ord: number;
  readonly kind: string;
  /** 'dropped' = forgotten: as if it were not there. */
  readonly state: string;
  /** 0 = never. */
  readonly expiresAt: number;
  /** -1 = no answer. */
  readonly answerSeq: number;
  /** -1 = not by a run that recorded it. */
  readonly deliveredIn: number;
  readonly childSid: string;
  readonly group: string;
  /** Its child was seen to after the pause was withdrawn. */
  readonly left: boolean;
  readonly payloadBytes: number;
  readonly doc: string;
  readonly texts: PauseTexts;
}

export interface PauseTexts {
  readonly schema: StoredText;
  readonly ui: StoredText;
  readonly message: StoredText;
  readonly default?: StoredText;
  readonly payload?: StoredText;
}

export interface PrefillDocument {
  readonly _id: string;
  readonly play: string;
  readonly seq: number;
  readonly key: string;
  readonly payload: StoredText;
  /** Id of the pause that took it; empty = nobody. */
  readonly usedBy: string;
}

export interface SchedulerCollections {
  readonly plays: Collection<PlayDocument>;
  readonly pauses: Collection<PauseDocument>;
  readonly prefills: Collection<PrefillDocument>;
}

export function schedulerCollections(mongo: MongoDatabase): SchedulerCollections {
  return {
    plays: mongo.collection('plays'),
    pauses: mongo.collection('play_pauses'),
    prefills: mongo.collection('play_prefills'),
  };
}

const LIVE = { stage: { $lt: STAGE.ended } };
const ANSWERED = { answerSeq: { $gte: 0 } };
const OPEN = { state: 'open' };
/** It has no namespace yet, which null finds: play-fields.mongo.ts. */
export const UNPLACED = { namespace: null as unknown as string };

export const SCHEDULER_INDEXES: MongoIndexes = {
  plays: [
    {
      key: { workflowSid: 1, idempotencyKey: 1 },
      name: 'by_key',
      unique: true,
      partialFilterExpression: { idempotencyKey: { $gt: '' } },
    },
    { key: { workflowSid: 1, _id: 1 }, name: 'by_workflow' },
    { key: { versionSid: 1, _id: 1 }, name: 'by_version' },
    { key: { status: 1, _id: 1 }, name: 'by_status' },
    { key: { parentSid: 1, _id: 1 }, name: 'by_parent', partialFilterExpression: { parentSid: { $gt: '' } } },
    { key: { rank: 1, _id: 1 }, name: 'ready', partialFilterExpression: { stage: STAGE.ready } },
    { key: { leaseExpiresAt: 1 }, name: 'leases', partialFilterExpression: { status: 'running' } },
    { key: { executorId: 1 }, name: 'executors', partialFilterExpression: { status: 'running' } },
    {
      key: { workflowSid: 1, stage: 1, fresh: 1, rank: 1, _id: 1 },
      name: 'in_workflow',
      partialFilterExpression: LIVE,
    },
    {
      key: { keyGate: 1, stage: 1, fresh: 1, rank: 1, _id: 1 },
      name: 'in_key',
      partialFilterExpression: { keyGate: { $gt: '' }, ...LIVE },
    },
    { key: { workflowSid: 1, startedAt: -1 }, name: 'started', partialFilterExpression: { startedAt: { $gt: 0 } } },
    { key: { notBefore: 1 }, name: 'delayed', partialFilterExpression: { stage: STAGE.delayed } },
    { key: { labels: 1, _id: 1 }, name: 'by_label' },
    { key: { namespace: 1, _id: 1 }, name: 'by_namespace', partialFilterExpression: { namespace: { $gt: '' } } },
    { key: { namespace: -1 }, name: 'unplaced', partialFilterExpression: UNPLACED },
    { key: { errorGroup: 1, _id: 1 }, name: 'by_error', partialFilterExpression: { errorGroup: { $gt: '' } } },
    { key: { hiddenBy: 1, _id: 1 }, name: 'hidden', partialFilterExpression: { hiddenBy: { $gt: '' } } },
    { key: { forkedFrom: 1, _id: 1 }, name: 'forks', partialFilterExpression: { forkedFrom: { $gt: '' } } },
    { key: { ungrouped: 1, _id: 1 }, name: 'ungrouped', partialFilterExpression: { ungrouped: true } },
    {
      key: { workflowSid: 1, endedAt: 1, _id: 1 },
      name: 'ended',
      partialFilterExpression: { endedAt: { $gt: 0 } },
    },
    { key: { untold: 1, _id: 1 }, name: 'untold', partialFilterExpression: { untold: true } },
    { key: { intentAt: 1 }, name: 'unfinished', partialFilterExpression: { intentAt: { $gt: 0 } } },
  ],
  play_pauses: [
    { key: { play: 1, ord: 1 }, name: 'open', partialFilterExpression: OPEN },
    { key: { play: 1, kind: 1, ord: 1 }, name: 'open_by_kind', partialFilterExpression: OPEN },
    { key: { play: 1, group: 1 }, name: 'open_in_group', partialFilterExpression: { ...OPEN, group: { $gt: '' } } },
    { key: { expiresAt: 1 }, name: 'due', partialFilterExpression: { ...OPEN, expiresAt: { $gt: 0 } } },
    { key: { play: 1, answerSeq: 1 }, name: 'answered', partialFilterExpression: ANSWERED },
    { key: { play: 1, kind: 1, answerSeq: 1 }, name: 'answered_by_kind', partialFilterExpression: ANSWERED },
    { key: { play: 1, deliveredIn: 1 }, name: 'delivered', partialFilterExpression: { deliveredIn: { $gt: 0 } } },
    {
      key: { play: 1, _id: 1 },
      name: 'left',
      partialFilterExpression: { state: 'withdrawn', left: false, childSid: { $gt: '' } },
    },
  ],
  play_prefills: [
    { key: { play: 1, key: 1, usedBy: 1, seq: 1 }, name: 'by_key' },
    {
      key: { play: 1, usedBy: 1 },
      name: 'used',
      unique: true,
      partialFilterExpression: { usedBy: { $gt: '' } },
    },
  ],
  play_rates: [{ key: { opensAt: 1 }, name: 'due' }],
};

// Documents of triggers and their firings. `doc` is their state as JSON text; what is searched or ordered by is a field beside it.

import type { Collection, MongoDatabase, MongoIndexes, StoredText } from '@hero-logic/platform/mongo';
import type { Fire } from '../domain/trigger/trigger.ts';

export interface TriggerDocument {
  readonly _id: string;
  /** Grows with every change. */
  readonly ver: number;
  readonly workflowSid: string;
  readonly kind: string;
  readonly enabled: boolean;
  readonly requestId: string;
  /** Absent = the first one. */
  readonly namespace?: string;
  /** Empty or absent = none. */
  readonly slug?: string;
  /** 0 = never. */
  readonly nextFireAt: number;
  readonly doc: string;
  readonly input: StoredText;
  /** Firings that the last change writes. */
  readonly intent: readonly FireDocument[] | null;
  /** When the intent was written; 0 = it is done. */
  readonly intentAt: number;
}

export interface FireDocument {
  /** "TRIGGER/ID" */
  readonly _id: string;
  readonly trigger: string;
  readonly id: string;
  /** `ver` of the trigger with which it was written last. */
  readonly ver: number;
  readonly dueAt: number;
  readonly state: string;
  /** Starting or started. */
  readonly live: boolean;
  /** 0 = none. */
  readonly retryAt: number;
  /** Order in which they were settled; 0 = it is not. */
  readonly settledSeq: number;
  /** null = that of its trigger. */
  readonly input: StoredText | null;
  readonly doc: string;
}

export interface TriggerCollections {
  readonly triggers: Collection<TriggerDocument>;
  readonly fires: Collection<FireDocument>;
}

export function triggerCollections(mongo: MongoDatabase): TriggerCollections {
  return { triggers: mongo.collection('triggers'), fires: mongo.collection('trigger_fires') };
}

export function fireFrom({ doc }: Pick<FireDocument, 'doc'>): Fire {
  return JSON.parse(doc) as Fire;
}

const IN_TIME = { trigger: 1, dueAt: 1, id: 1 } as const;

export const TRIGGER_INDEXES: MongoIndexes = {
  triggers: [
    { key: { workflowSid: 1, _id: 1 }, name: 'by_workflow' },
    {
      key: { requestId: 1 },
      name: 'by_request',
      unique: true,
      partialFilterExpression: { requestId: { $gt: '' } },
    },
    { key: { slug: 1 }, name: 'by_slug', unique: true, partialFilterExpression: { slug: { $gt: '' } } },
    { key: { nextFireAt: 1 }, name: 'due', partialFilterExpression: { nextFireAt: { $gt: 0 } } },
    { key: { intentAt: 1 }, name: 'unfinished', partialFilterExpression: { intentAt: { $gt: 0 } } },
  ],
  trigger_fires: [
    { key: IN_TIME, name: 'by_time' },
    { key: IN_TIME, name: 'waiting', partialFilterExpression: { state: 'waiting' } },
    { key: IN_TIME, name: 'live', partialFilterExpression: { live: true } },
    { key: { retryAt: 1 }, name: 'starting', partialFilterExpression: { state: 'starting' } },
    { key: { trigger: 1, id: 1 }, name: 'started', partialFilterExpression: { state: 'started' } },
    { key: { trigger: 1, settledSeq: 1 }, name: 'settled', partialFilterExpression: { settledSeq: { $gt: 0 } } },
  ],
};

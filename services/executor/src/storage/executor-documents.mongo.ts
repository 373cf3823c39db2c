// Documents of the executor. A span keeps its skeleton as JSON text; fields beside it are what is looked up.

import type { Collection, MongoDatabase, MongoIndexes, StoredText } from '@hero-logic/platform/mongo';
import type { LogLine } from '../domain/play-log.ts';
import type { StepOutput } from '../domain/ports.ts';
import type { ReplayedSpans } from '../domain/span-tree.ts';

export interface SpanDocument {
  /** "PLAY/SPAN" */
  readonly _id: string;
  readonly play: string;
  readonly parentId: string;
  readonly ord: number;
  readonly seq: number;
  readonly attention: boolean;
  readonly doc: string;
  /** Replays since `doc` was written; absent = none. */
  readonly again?: number;
  /** The seq for which `again` holds: an executor of an older version writes documents and does not know of it. */
  readonly againAt?: number;
  readonly input: StoredText;
  readonly output: StoredText;
}

export interface StepDocument extends Omit<StepOutput, 'output'> {
  /** "PLAY/KEY" */
  readonly _id: string;
  readonly play: string;
  readonly position: number;
  readonly output: StoredText;
}

export interface LogDocument extends LogLine {
  /** "PLAY/SEQ" */
  readonly _id: string;
  readonly play: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

/** What one play has to make durable, until it is in the collections above; and who may write for it. */
export interface HeadDocument {
  /** The play. */
  readonly _id: string;
  /** Number of the last run that has begun. */
  readonly attempt: number;
  /** Positions of steps that are given out. */
  readonly placed: number;
  /** In the order in which they were written. */
  readonly batches: readonly StoredBatch[];
}

export interface StoredBatch {
  readonly id: string;
  readonly spans: readonly SpanFields[];
  readonly replayed?: readonly ReplayedSpans[];
  readonly steps: readonly StepFields[];
  readonly logs: readonly LogLine[];
}

/** Absent texts stay as they are. */
export type SpanFields = Omit<SpanDocument, '_id' | 'play' | 'input' | 'output'> & {
  readonly spanId: string;
  readonly input?: StoredText;
  readonly output?: StoredText;
};
export type StepFields = Omit<StepDocument, '_id' | 'play' | 'position'>;

export interface ExecutorCollections {
  readonly spans: Collection<SpanDocument>;
  readonly steps: Collection<StepDocument>;
  readonly logs: Collection<LogDocument>;
  readonly heads: Collection<HeadDocument>;
}

export function executorCollections(mongo: MongoDatabase): ExecutorCollections {
  return {
    spans: mongo.collection('spans'),
    steps: mongo.collection('step_outputs'),
    logs: mongo.collection('span_logs'),
    heads: mongo.collection('play_heads'),
  };
}

export const EXECUTOR_INDEXES: MongoIndexes = {
  spans: [
    { key: { play: 1, seq: 1 }, name: 'by_seq' },
    { key: { play: 1, parentId: 1, seq: 1 }, name: 'by_parent' },
    { key: { play: 1, ord: 1 }, name: 'in_order' },
    { key: { play: 1, ord: 1 }, name: 'attention', partialFilterExpression: { attention: true } },
  ],
  step_outputs: [
    { key: { play: 1, position: 1, _id: 1 }, name: 'by_position' },
    { key: { play: 1, spanId: 1, name: 1, position: 1 }, name: 'by_span' },
  ],
  span_logs: [
    { key: { play: 1, seq: 1, bytes: 1 }, name: 'by_seq' },
    { key: { play: 1, spanId: 1, seq: 1 }, name: 'by_span' },
  ],
};

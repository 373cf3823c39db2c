/**
 * What the executor keeps of plays: spans, log lines and step outputs. Adapters: `storage/*.sqlite.ts`; each proves
 * itself with the suites in `storage/*.conformance.ts`.
 */

import type { LogLine, StoredLog } from './play-log.ts';
import type { StepHead } from './record-copy.ts';
import type { ReplayedSpans, SpanRecord } from './span-tree.ts';

/** The recorded output of a step. Never cut, written once per play and key. */
export interface StepOutput {
  readonly stepKey: string;
  readonly spanId: string;
  readonly name: string;
  /** JSON text. */
  readonly output: string;
  /** Key of the recorded step that it ran in; empty = none. */
  readonly within: string;
  /** Version that the play ran on; empty = not known, it came from outside. */
  readonly versionSid: string;
  /** The place of the next span to appear when it came: a span whose place is not lower began after it. */
  readonly spansBefore: number;
  /** Taken over by a fork that is meant to differ: a replay need not meet it. */
  readonly optional: boolean;
}

/** What one play has to make durable. */
export interface PlayBatch {
  readonly playSid: string;
  /** Of the run that it comes from; absent = from outside. */
  readonly attempt?: number | undefined;
  readonly spans: readonly SpanRecord[];
  /** Nothing else has changed on these. */
  readonly replayed?: readonly ReplayedSpans[];
  readonly steps: readonly StepOutput[];
  readonly logs: readonly LogLine[];
}

/**
 * Makes a batch durable, all of it or nothing; resolves once it is. `build` is called at most once, as late as possible,
 * so that what happens meanwhile joins; what it gives is read before `write` gives way, and not after.
 */
export type WriteBatch = (build: () => PlayBatch) => Promise<void>;

/** A span with all that belongs to it. */
export interface StoredSpan extends SpanRecord {
  readonly input: string;
  readonly output: string;
}

export interface SpanPage {
  readonly afterSeq: number;
  readonly limit: number;
  /** Only children of this span; '' = roots. */
  readonly parentId?: string | undefined;
}

export interface SpanStore {
  /** By seq. */
  list(playSid: string, page: SpanPage): Promise<StoredSpan[]>;
  /** As `list`, without inputs and outputs. */
  listSkeletons(playSid: string, page: SpanPage): Promise<SpanRecord[]>;
  /** By first appearance, from the order `from` on. */
  listInOrder(playSid: string, from: number, limit: number): Promise<SpanRecord[]>;
  /** Failed, timed out and waiting spans by first appearance, from the order `from` on. */
  listAttention(playSid: string, from: number, limit: number): Promise<SpanRecord[]>;
  get(playSid: string, spanId: string): Promise<SpanRecord | undefined>;
  summary(playSid: string): Promise<{ readonly count: number; readonly seq: number }>;
  /** By seq. */
  listLogs(playSid: string, page: LogPage): Promise<LogLine[]>;
  /** The last lines of each of these spans, by seq. */
  lastLogs(playSid: string, spanIds: readonly string[], perSpan: number): Promise<Map<string, LogLine[]>>;
  logSummary(playSid: string): Promise<StoredLog>;
}

export interface LogPage {
  readonly afterSeq: number;
  readonly limit: number;
  readonly spanId?: string | undefined;
}

export interface StepStore {
  /** As `page`, without the outputs. */
  heads(playSid: string, after: number, limit: number): Promise<StepHeadPage>;
  /** In the order in which they were recorded; `after` is the position of the last one seen, 0 to begin. */
  page(playSid: string, after: number, limit: number): Promise<StepPage>;
  /** The last output of this name that was recorded for this span: what the span recorded on the way has other names. */
  outputOf(playSid: string, spanId: string, name: string): Promise<string | undefined>;
}

export interface StepHeadPage {
  readonly steps: readonly StepHead[];
  readonly next: number | undefined;
}

export interface StepPage {
  readonly steps: readonly StepOutput[];
  /** Pass it as `after` to go on; undefined = that was all. */
  readonly next: number | undefined;
}

export interface PlayRemoval {
  /** Removes all that is kept of these plays. May be repeated. */
  removePlays(playSids: readonly string[]): Promise<void>;
  /** Bytes that they take together. */
  measurePlays(playSids: readonly string[]): Promise<number>;
}

export interface Stores extends PlayRemoval {
  readonly spans: SpanStore;
  readonly steps: StepStore;
  readonly writeBatch: WriteBatch;
  /**
   * A run begins. From now on what an earlier one writes is refused (LEASE_LOST): its executor may wake up after it was given up. What
   * it wrote before is there to be read. LEASE_LOST: a later run has begun.
   */
  readonly beginRun: (playSid: string, attempt: number) => Promise<void>;
}

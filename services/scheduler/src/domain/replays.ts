// What the scheduler asks the executor about the record of a play.

import type { Answer } from './pause.ts';

export interface RecordCopy {
  readonly fromPlaySid: string;
  readonly toPlaySid: string;
  /** What was recorded before this span began is copied. */
  readonly fromSpanId: string;
  /** The version that the new play runs on: only what was recorded under it is copied. */
  readonly versionSid: string;
  /** JSON text by span. */
  readonly setOutputs: Readonly<Record<string, string>>;
  /** The new play is meant to differ. */
  readonly edited: boolean;
  /** Spans that asked for the answers that may be kept. */
  readonly askingSpanIds: readonly string[];
  /** Copies nothing. */
  readonly checkOnly: boolean;
}

export interface CopiedRecord {
  /** When the span began. */
  readonly beganAt: number;
  readonly spans: number;
  /** Those of `askingSpanIds` that began before it. */
  readonly askedBefore: ReadonlySet<string>;
}

export interface DryReplay {
  readonly playSid: string;
  readonly recordedVersionSid: string;
  readonly versionSid: string;
  readonly workflowName: string;
  readonly inputData: string;
  readonly answers: readonly Answer[];
}

export interface ReplayFinding {
  readonly stepsMatched: number;
  readonly stepsRecorded: number;
  readonly expected: string;
  readonly met: string;
  readonly sourceFile: string;
  readonly sourceLine: number;
  /** Empty = everything fits. */
  readonly divergence: string;
  readonly reached: string;
}

export interface Replays {
  /** SPAN_NOT_FOUND; INVALID_ARGUMENT naming `set_outputs[SPAN]`. */
  copy(copy: RecordCopy): Promise<CopiedRecord>;
  dryReplay(replay: DryReplay, abort: AbortSignal): Promise<ReplayFinding>;
}

// The events of docs/wire.md section 2, once read: typed, bounded, defaults filled.

import type { FlowError, SpanAttempt, SpanKind, SpanStatus } from './span.ts';

export interface SpanStart {
  readonly event: 'span_start';
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly title: string | undefined;
  readonly kind: SpanKind;
  readonly atMs: number;
  readonly attempt: number;
  readonly attempts: readonly SpanAttempt[] | undefined;
  readonly tags: Tags | undefined;
  readonly input: string | undefined;
  readonly sourceFile: string;
  readonly sourceLine: number;
  readonly rpcService: string;
  readonly rpcMethod: string;
  readonly replayed: boolean;
  /** Memo hits that followed at once. */
  readonly also?: readonly SpanStart[];
}

export interface SpanTag {
  readonly event: 'span_tag';
  readonly spanId: string;
  readonly tags: Tags | undefined;
  readonly title: string | undefined;
}

export interface SpanLog {
  readonly event: 'span_log';
  /** Empty = the root. */
  readonly spanId: string;
  readonly stream: LogStream;
  readonly text: string;
  readonly atMs: number;
}

export interface SpanEnd {
  readonly event: 'span_end';
  readonly spanId: string;
  readonly status: SpanStatus;
  readonly atMs: number;
  readonly output: string | undefined;
  readonly error: FlowError | undefined;
  readonly tags: Tags | undefined;
  readonly attempts: readonly SpanAttempt[] | undefined;
}

export interface StepOutputEvent {
  readonly event: 'step_output';
  readonly stepKey: string;
  readonly spanId: string;
  readonly name: string;
  readonly output: string;
  /** Key of the recorded step that it ran in; empty = none. */
  readonly within: string;
}

export interface PauseEvent {
  readonly event: 'pause';
  readonly resumeId: string;
  readonly name: string;
  readonly spanId: string;
  readonly kind: 'answer' | 'timer' | 'child';
  readonly schema: string;
  readonly ui: string;
  readonly message: string;
  readonly timeoutMs: number | undefined;
  readonly hasDefault: boolean;
  readonly defaultPayload: string;
  /** The play to start, for kind child. */
  readonly spawn?: SpawnRequest | undefined;
  /** Who may answer, for kind answer; absent = everybody. */
  readonly rules?: PauseRules | undefined;
}

export interface PauseRules {
  readonly assignees: readonly string[];
  readonly groups: readonly string[];
  readonly quorum: number;
  readonly noSelfApproval: boolean;
  readonly escalateAfterMs: number | undefined;
  readonly escalateTo: readonly string[];
}

export interface SpawnRequest {
  readonly workflow: string;
  /** Empty = the current version. */
  readonly versionSid: string;
  /** JSON text. */
  readonly input: string;
  /** Empty = awaited alone. */
  readonly group: string;
  /** 0 = no bound. */
  readonly groupLimit: number;
}

export interface Divergence {
  readonly event: 'divergence';
  readonly spanId: string;
  readonly expected: string;
  readonly met: string;
  readonly sourceFile: string;
  readonly sourceLine: number;
  readonly message: string;
}

/** A connection of the play, by the port of its end, is made by this span. */
export interface OutsideEvent {
  readonly event: 'outside';
  readonly spanId: string;
  readonly port: number;
}

/** The play has said all, and only waits for the acknowledgement of this line. */
export interface DoneEvent {
  readonly event: 'done';
}

/** Something that the play asks and waits for. */
export interface PlayRequest {
  readonly event: 'request';
  readonly id: string;
  readonly method: string;
  /** Of the workflow to look up. */
  readonly name: string;
  readonly versionSid: string;
  /** A call of a service, for the method `call`. */
  readonly call?: { readonly method: string; readonly params: string; readonly spanId: string } | undefined;
}

/** A request: waits that lost a race are to be withdrawn. */
export interface Withdrawal {
  readonly event: 'withdraw';
  readonly id: string;
  readonly resumeIds: readonly string[];
}

export type PlayEvent =
  | SpanStart
  | DoneEvent
  | SpanTag
  | SpanLog
  | SpanEnd
  | StepOutputEvent
  | PauseEvent
  | Divergence
  | OutsideEvent
  | Withdrawal
  | PlayRequest;

/** What changes the tree. */
export type SpanEvent = SpanStart | SpanTag | SpanEnd | Divergence;

export type Tags = Readonly<Record<string, unknown>>;

export const LOG_STREAMS = ['log', 'stdout', 'stderr'] as const;
export type LogStream = (typeof LOG_STREAMS)[number];

/**
 * A span as it stands: one node of the tree of a play, without its input, output and log lines (the skeleton).
 * The object is what is stored: it survives JSON, and absent members are the usual case.
 */

export const SPAN_STATUSES = [
  'pending',
  'running',
  'ok',
  'failed',
  'timed_out',
  'cancelled',
  'replayed',
  'awaiting_resume',
] as const;
export type SpanStatus = (typeof SPAN_STATUSES)[number];

export const SPAN_KINDS = ['flow_root', 'step', 'rpc', 'subflow', 'pause', 'other'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export interface FlowError {
  readonly type: string;
  readonly message: string;
  readonly traceback: string;
}

export interface SpanAttempt {
  readonly attempt: number;
  readonly startMs: number;
  readonly endMs?: number | undefined;
  readonly error?: FlowError | undefined;
}

export interface Span {
  readonly spanId: string;
  parentId: string;
  name: string;
  title: string;
  kind: SpanKind;
  status: SpanStatus;
  attempt: number;
  attempts: readonly SpanAttempt[];
  /** How often the body ran, over all runs of the play. */
  runs: number;
  /** How often its recorded output was reused. */
  replays: number;
  /** When it first began: it stays when the body runs again, so that a parent never begins after its children. */
  startMs: number;
  endMs?: number | undefined;
  tags: Record<string, unknown>;
  error?: FlowError | undefined;
  rpcService: string;
  rpcMethod: string;
  /** The play that it started. */
  childPlaySid?: string | undefined;
  sourceFile: string;
  sourceLine: number;
}

/** A span whose state people must see, wherever it stands in a large tree. */
export function needsAttention(status: SpanStatus): boolean {
  return status === 'failed' || status === 'timed_out' || status === 'awaiting_resume';
}

/** Begun and not ended. */
export function isOpen(status: SpanStatus): boolean {
  return status === 'running' || status === 'pending';
}

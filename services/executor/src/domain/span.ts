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
  /**
   * Copied by a fork: `kept` = with all that the original recorded; `frame` and `place` = not begun yet in this play, with
   * and without something kept inside.
   */
  copied?: 'kept' | 'frame' | 'place' | undefined;
  /** When it began in this play, where `startMs` is that of the original. */
  beganMs?: number | undefined;
  /** Its place by appearance since the play moved to another version, where it was met again; absent = its order. */
  appeared?: number | undefined;
  /** Of the root: the version of its last run. */
  versionSid?: string | undefined;
}

/** A span from its stored text; `again`: so often it was replayed since that was written, and nothing else happened to it. */
export function readSpan(text: string, again: number): Span {
  const span = JSON.parse(text) as Span;
  if (again === 0) return span;
  span.status = 'replayed';
  span.replays += again;
  return span;
}

/** Copied by a fork and not begun yet. */
export function isPlace(span: Readonly<Span>): boolean {
  return span.copied === 'frame' || span.copied === 'place';
}

/** A span whose state people must see, wherever it stands in a large tree. */
export function needsAttention(status: SpanStatus): boolean {
  return status === 'failed' || status === 'timed_out' || status === 'awaiting_resume';
}

/** Begun and not ended. */
export function isOpen(status: SpanStatus): boolean {
  return status === 'running' || status === 'pending';
}

import { type FlowError, SpanKind, type Span as SpanPb } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { msFromPb } from './format.ts';
import { plainLine } from './plain-line.ts';
import { type Status, spanStatusFromPb } from './status.ts';

export interface Failure {
  readonly type: string;
  readonly message: string;
  readonly traceback: string;
}

interface Attempt {
  readonly number: number;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly error: Failure | undefined;
}

/** One step, without its documents. */
export interface Span {
  readonly id: string;
  readonly parentId: string;
  readonly seq: bigint;
  readonly name: string;
  readonly title: string;
  readonly kind: 'root' | 'step' | 'rpc' | 'subflow' | 'pause' | 'other';
  readonly status: Status;
  /** What came of it: a step that this play ran before and took from its record since is done. */
  readonly outcome: Status;
  readonly attempt: number;
  readonly attempts: readonly Attempt[];
  readonly runs: number;
  readonly replays: number;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly error: Failure | undefined;
  readonly rpc: string;
  readonly childPlaySid: string;
  readonly file: string;
  readonly line: number;
}

const KIND: Record<SpanKind, Span['kind']> = {
  [SpanKind.UNSPECIFIED]: 'other',
  [SpanKind.FLOW_ROOT]: 'root',
  [SpanKind.STEP]: 'step',
  [SpanKind.RPC]: 'rpc',
  [SpanKind.SUBFLOW]: 'subflow',
  [SpanKind.PAUSE]: 'pause',
  [SpanKind.OTHER]: 'other',
};

export const KIND_WORD: Record<Span['kind'], string> = {
  root: 'Flow',
  step: 'Step',
  rpc: 'Call of a service',
  subflow: 'Flow from the library',
  pause: 'Question or wait',
  other: 'Other',
};

/** "KeyError: 'customer'"; a reason that the flow gave stands alone. */
export function failureLine({ type, message }: Failure): string {
  if (message === '') return type;
  return type === '' || /(^|\.)Failed$/.test(type) ? message : `${type}: ${message}`;
}

export function failureFromPb(error: FlowError | undefined): Failure | undefined {
  return error === undefined ? undefined : { type: error.type, message: error.message, traceback: error.traceback };
}

export function spanFromPb(pb: SpanPb): Span {
  const status = spanStatusFromPb(pb.status);
  return {
    id: pb.spanId,
    parentId: pb.parentId,
    seq: pb.seq,
    name: pb.name,
    title: pb.title,
    kind: KIND[pb.kind] ?? 'other',
    status,
    outcome: status === 'replayed' && pb.runs > 0 ? 'ok' : status,
    attempt: pb.attempt,
    attempts: pb.attempts.map((a) => ({
      number: a.attempt,
      startMs: msFromPb(a.startMs),
      endMs: msFromPb(a.endMs),
      error: failureFromPb(a.error),
    })),
    runs: pb.runs,
    replays: pb.replays,
    startMs: msFromPb(pb.startMs),
    endMs: msFromPb(pb.endMs),
    tags: pb.tags ?? {},
    error: failureFromPb(pb.error),
    rpc: pb.rpcService === '' ? '' : `${pb.rpcService}.${pb.rpcMethod}`,
    childPlaySid: pb.childPlaySid,
    file: pb.sourceFile,
    line: pb.sourceLine,
  };
}

/** How long it took, or has taken by now; undefined before it began. */
export function took(span: Span, now: number): number | undefined {
  if (span.startMs === undefined) return undefined;
  const open = span.outcome === 'running' || span.outcome === 'awaiting_resume';
  if (span.endMs === undefined && !open) return undefined;
  return (open ? Math.max(now, span.startMs) : (span.endMs ?? now)) - span.startMs;
}

/** The code name where it says more than the title. */
export function codeName(span: Span): string {
  return span.title !== '' && span.title !== span.name ? span.name : '';
}

/** Titles of questions come from their messages, which are Markdown. */
export function label(span: Span): string {
  const title = span.kind === 'pause' ? plainLine(span.title) : span.title;
  return title === '' ? span.name : title;
}

// Spans and log lines to the wire.

import { create, type JsonObject, type MessageInitShape } from '@bufbuild/protobuf';
import { timeToPb } from '@hero-logic/platform';
import {
  SpanKind as KindPb,
  type LogLine as LogLinePb,
  LogLineSchema,
  type Span as SpanPb,
  SpanSchema,
  SpanStatus as StatusPb,
} from '@hero-logic/proto/herologic/executor/v1/span_pb';
import type { LogLine } from '../domain/play-log.ts';
import type { SpanAttempt, SpanKind, SpanStatus } from '../domain/span.ts';
import type { SpanRecord } from '../domain/span-tree.ts';

const STATUSES = {
  pending: StatusPb.PENDING,
  running: StatusPb.RUNNING,
  ok: StatusPb.OK,
  failed: StatusPb.FAILED,
  timed_out: StatusPb.TIMED_OUT,
  cancelled: StatusPb.CANCELLED,
  replayed: StatusPb.REPLAYED,
  awaiting_resume: StatusPb.AWAITING_RESUME,
} as const satisfies Record<SpanStatus, StatusPb>;

const KINDS = {
  flow_root: KindPb.FLOW_ROOT,
  step: KindPb.STEP,
  rpc: KindPb.RPC,
  subflow: KindPb.SUBFLOW,
  pause: KindPb.PAUSE,
  other: KindPb.OTHER,
} as const satisfies Record<SpanKind, KindPb>;

/** What a skeleton leaves out. */
export interface SpanPayload {
  readonly input: string;
  readonly output: string;
  readonly logs: readonly LogLine[];
}

export function spanToPb(playSid: string, record: SpanRecord, payload?: SpanPayload): SpanPb {
  const { span, seq } = record;
  const init: MessageInitShape<typeof SpanSchema> = {
    spanId: span.spanId,
    playSid,
    parentId: span.parentId,
    seq: BigInt(seq),
    name: span.name,
    title: span.title,
    kind: KINDS[span.kind],
    status: STATUSES[span.status],
    attempt: span.attempt,
    attempts: span.attempts.map(attemptToPb),
    runs: span.runs,
    replays: span.replays,
    startMs: timeToPb(span.startMs),
    tags: span.tags as JsonObject,
    rpcService: span.rpcService,
    rpcMethod: span.rpcMethod,
    childPlaySid: span.childPlaySid ?? '',
    sourceFile: span.sourceFile,
    sourceLine: span.sourceLine,
  };
  if (span.endMs !== undefined) init.endMs = timeToPb(span.endMs);
  if (span.error !== undefined) init.error = { ...span.error };
  if (payload !== undefined) {
    init.input = payload.input;
    init.output = payload.output;
    init.logs = payload.logs.map(logInit);
  }
  return create(SpanSchema, init);
}

export function logToPb(line: LogLine): LogLinePb {
  return create(LogLineSchema, logInit(line));
}

function logInit(line: LogLine) {
  return {
    seq: BigInt(line.seq),
    spanId: line.spanId,
    atMs: timeToPb(line.atMs),
    stream: line.stream,
    text: line.text,
  };
}

function attemptToPb({ attempt, startMs, endMs, error }: SpanAttempt) {
  return {
    attempt,
    startMs: timeToPb(startMs),
    ...(endMs === undefined ? {} : { endMs: timeToPb(endMs) }),
    ...(error === undefined ? {} : { error: { ...error } }),
  };
}

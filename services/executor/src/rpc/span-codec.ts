// Spans and log lines to the wire.

import { create, type JsonObject, type MessageInitShape } from '@bufbuild/protobuf';
import { timeFromPb, timeToPb } from '@hero-logic/platform';
import {
  type FlowError as FlowErrorPb,
  SpanKind as KindPb,
  type LogLine as LogLinePb,
  LogLineSchema,
  type Span as SpanPb,
  SpanSchema,
  SpanStatus as StatusPb,
} from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { cutPreview } from '../domain/cut.ts';
import type { LogLine } from '../domain/play-log.ts';
import {
  type FlowError,
  SPAN_KINDS,
  SPAN_STATUSES,
  type SpanAttempt,
  type SpanKind,
  type SpanStatus,
} from '../domain/span.ts';
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

const statusOf = (pb: StatusPb) => SPAN_STATUSES.find((status) => STATUSES[status] === pb) ?? 'failed';
const kindOf = (pb: KindPb) => SPAN_KINDS.find((kind) => KINDS[kind] === pb) ?? 'other';

/** A span as another store gave it. */
export function spanFromPb(pb: SpanPb, order: number): SpanRecord {
  const { spanId, parentId, name, title, attempt, runs, replays, rpcService, rpcMethod, childPlaySid } = pb;
  const endMs = timeFromPb(pb.endMs);
  return {
    span: {
      ...{ spanId, parentId, name, title, attempt, runs, replays, rpcService, rpcMethod },
      ...{
        kind: kindOf(pb.kind),
        status: statusOf(pb.status),
        startMs: timeFromPb(pb.startMs) ?? 0,
        tags: pb.tags ?? {},
      },
      attempts: pb.attempts.map((one) => ({
        ...{ attempt: one.attempt, startMs: timeFromPb(one.startMs) ?? 0, endMs: timeFromPb(one.endMs) },
        ...(one.error === undefined ? {} : { error: errorFromPb(one.error) }),
      })),
      ...(endMs === undefined ? {} : { endMs }),
      ...(pb.error === undefined ? {} : { error: errorFromPb(pb.error) }),
      ...(childPlaySid === '' ? {} : { childPlaySid }),
      ...{ sourceFile: pb.sourceFile, sourceLine: pb.sourceLine },
    },
    ...{ order, seq: Number(pb.seq), input: cutPreview(pb.input), output: cutPreview(pb.output) },
  };
}

function errorFromPb({ type, message, traceback }: FlowErrorPb): FlowError {
  return { type, message, traceback };
}

export function logFromPb({ seq, spanId, atMs, stream, text }: LogLinePb): LogLine {
  const known = stream === 'stdout' || stream === 'stderr' ? stream : 'log';
  return { seq: Number(seq), spanId, atMs: timeFromPb(atMs) ?? 0, stream: known, text };
}

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

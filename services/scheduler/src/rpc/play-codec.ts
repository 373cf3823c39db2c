// Plays on the wire. The tables name every value, so that a new one in the proto or in the domain does not compile until it is mapped.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timeToPb } from '@hero-logic/platform';
import {
  type Play as PbPlay,
  PlayStatus as PbPlayStatus,
  PlaySchema,
  type WaitingForSchema,
  WaitKind,
} from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Pause } from '../domain/pause.ts';
import type { Play, PlayStatus } from '../domain/play.ts';
import type { PlayDetails } from '../domain/play-store.ts';
import { resumeToPb } from './resume-codec.ts';

const STATUS_TO_PB: Record<PlayStatus, PbPlayStatus> = {
  pending: PbPlayStatus.PENDING,
  running: PbPlayStatus.RUNNING,
  awaiting_resume: PbPlayStatus.AWAITING_RESUME,
  success: PbPlayStatus.SUCCESS,
  failed: PbPlayStatus.FAILED,
  cancelled: PbPlayStatus.CANCELLED,
  timed_out: PbPlayStatus.TIMED_OUT,
};

const STATUS_FROM_PB: Record<PbPlayStatus, PlayStatus | undefined> = {
  [PbPlayStatus.UNSPECIFIED]: undefined,
  [PbPlayStatus.PENDING]: 'pending',
  [PbPlayStatus.RUNNING]: 'running',
  [PbPlayStatus.AWAITING_RESUME]: 'awaiting_resume',
  [PbPlayStatus.SUCCESS]: 'success',
  [PbPlayStatus.FAILED]: 'failed',
  [PbPlayStatus.CANCELLED]: 'cancelled',
  [PbPlayStatus.TIMED_OUT]: 'timed_out',
};

export function statusToPb(status: PlayStatus): PbPlayStatus {
  return STATUS_TO_PB[status];
}

export function statusFromPb(status: PbPlayStatus): PlayStatus | undefined {
  return STATUS_FROM_PB[status];
}

/** A play as lists carry it: no documents, no tracebacks. Times that still run are counted up to `now`. */
export function playToPb(play: Play, waitingFor: readonly Pause[], now: number): PbPlay {
  const running = play.lease === undefined ? 0 : Math.max(0, now - play.lease.claimedAt);
  const waiting = play.awaitingSince === undefined ? 0 : Math.max(0, now - play.awaitingSince);
  return create(PlaySchema, {
    sid: play.sid,
    workflowSid: play.workflowSid,
    workflowName: play.workflowName,
    workflowVersionSid: play.versionSid,
    versionNumber: play.versionNumber,
    name: play.name,
    status: statusToPb(play.status),
    ...(play.error === undefined ? {} : { error: { ...play.error, traceback: '' } }),
    warnings: [...play.warnings],
    parentPlaySid: play.parentPlaySid,
    parentSpanId: play.parentSpanId,
    rootPlaySid: play.rootPlaySid,
    ...(play.forkedFrom === undefined ? {} : { forkedFrom: play.forkedFrom }),
    attempt: play.attempt,
    waitingFor: waitingFor.map(waitingForToPb),
    prefillOnly: play.prefillOnly,
    idempotencyKey: play.idempotencyKey,
    concurrencyKey: play.concurrencyKey,
    priority: play.priority,
    tags: { ...play.tags },
    trigger: play.trigger,
    ...figures(play),
    spanCount: BigInt(play.spanCount),
    createdAt: timeToPb(play.createdAt),
    ...(play.startedAt === undefined ? {} : { startedAt: timeToPb(play.startedAt) }),
    ...(play.completedAt === undefined ? {} : { completedAt: timeToPb(play.completedAt) }),
    durationMs: BigInt(Math.round(play.durationMs + running)),
    waitingMs: BigInt(Math.round(play.waitingMs + waiting)),
    sandboxTier: play.sandboxTier,
  });
}

/** A play with its documents and its questions. */
export function playDetailsToPb(details: PlayDetails, now: number): PbPlay {
  const { play } = details;
  const message = playToPb(play, details.waitingFor, now);
  message.inputData = details.inputData;
  message.outputData = details.outputData;
  message.pendingResumes = details.pending.map(resumeToPb);
  message.receivedResumes = details.received.map(resumeToPb);
  message.receivedResumesOmitted = BigInt(details.receivedOmitted);
  if (message.error !== undefined) message.error.traceback = play.error?.traceback ?? '';
  return message;
}

function figures(play: Play) {
  return {
    ...(play.totalCostUsd === undefined ? {} : { totalCostUsd: play.totalCostUsd }),
    ...(play.tokensPrompt === undefined ? {} : { tokensPrompt: BigInt(play.tokensPrompt) }),
    ...(play.tokensCompletion === undefined ? {} : { tokensCompletion: BigInt(play.tokensCompletion) }),
  };
}

function waitingForToPb(pause: Pause): MessageInitShape<typeof WaitingForSchema> {
  return {
    kind: pause.kind === 'timer' ? WaitKind.TIMER : WaitKind.ANSWER,
    id: pause.id,
    ...(pause.expiresAt === undefined ? {} : { until: timeToPb(pause.expiresAt) }),
  };
}

// Plays on the wire. The tables name every value, so that a new one in the proto or in the domain does not compile until it is mapped.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { DEFAULT_NAMESPACE, timeToPb } from '@hero-logic/platform';
import {
  ConcurrencyPolicy,
  type Play as PbPlay,
  PlayStatus as PbPlayStatus,
  PlaySchema,
  type WaitingForSchema,
  WaitKind,
} from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { ConflictPolicy } from '../domain/gates.ts';
import type { Pause, PauseKind } from '../domain/pause.ts';
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

const POLICY_FROM_PB: Record<ConcurrencyPolicy, ConflictPolicy> = {
  [ConcurrencyPolicy.UNSPECIFIED]: 'queue',
  [ConcurrencyPolicy.QUEUE]: 'queue',
  [ConcurrencyPolicy.CANCEL_OLDEST]: 'cancel_oldest',
  [ConcurrencyPolicy.REJECT_NEWEST]: 'reject_newest',
};

export function policyFromPb(policy: ConcurrencyPolicy): ConflictPolicy {
  return POLICY_FROM_PB[policy];
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
    depth: play.depth,
    ...(play.forkedFrom === undefined ? {} : { forkedFrom: play.forkedFrom }),
    ...(play.importedFrom === undefined
      ? {}
      : { importedFrom: { ...play.importedFrom, at: timeToPb(play.importedFrom.at) } }),
    attempt: play.attempt,
    waitingFor: waitingFor.map(waitingForToPb),
    prefillOnly: play.prefillOnly,
    idempotencyKey: play.idempotencyKey,
    concurrencyKey: play.concurrencyKey,
    concurrencyLimit: play.concurrencyLimit,
    ...(play.hold === undefined ? {} : { hold: { ...play.hold, at: timeToPb(play.hold.at) } }),
    priority: play.priority,
    tags: { ...play.tags },
    trigger: play.trigger,
    ...figures(play),
    spanCount: BigInt(play.spanCount),
    createdAt: timeToPb(play.createdAt),
    ...(play.startAt === undefined ? {} : { startAt: timeToPb(play.startAt) }),
    ...(play.startedAt === undefined ? {} : { startedAt: timeToPb(play.startedAt) }),
    ...(play.completedAt === undefined ? {} : { completedAt: timeToPb(play.completedAt) }),
    durationMs: BigInt(Math.round(play.durationMs + running)),
    waitingMs: BigInt(Math.round(play.waitingMs + waiting)),
    sandboxTier: play.sandboxTier,
    namespace: play.namespace ?? DEFAULT_NAMESPACE,
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
  message.versionChoice = play.versionChoice ?? '';
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

const WAIT_KINDS: Record<PauseKind, WaitKind> = {
  question: WaitKind.ANSWER,
  timer: WaitKind.TIMER,
  child: WaitKind.CHILD,
};

function waitingForToPb(pause: Pause): MessageInitShape<typeof WaitingForSchema> {
  return {
    kind: WAIT_KINDS[pause.kind],
    id: pause.id,
    playSid: pause.child?.playSid ?? '',
    ...(pause.expiresAt === undefined ? {} : { until: timeToPb(pause.expiresAt) }),
  };
}

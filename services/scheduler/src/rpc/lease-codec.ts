// What executors send and get, in domain terms.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { HeroError, invalid, timeToPb } from '@hero-logic/platform';
import {
  type ClaimedPlaySchema,
  LeaseState as PbLeaseState,
  RunOutcome as PbRunOutcome,
  type RecordPauseRequest,
  type RecordPauseResponse,
  RecordPauseResponseSchema,
  type ReportPlayRequest,
} from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { WaitKind } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { ChildRecorded } from '../domain/child.ts';
import type { RecordChild } from '../domain/commands/record-child.ts';
import type { Recorded, RecordPause } from '../domain/commands/record-pause.ts';
import type { ReportPlay } from '../domain/commands/report-play.ts';
import type { LeaseState } from '../domain/lease.ts';
import type { ClaimedPlay } from '../domain/play-store.ts';
import type { RunOutcome } from '../domain/run.ts';
import { playToPb } from './play-codec.ts';
import { answerToPb, rulesFromPb } from './resume-codec.ts';

export function claimedToPb(claimed: ClaimedPlay, now: number): MessageInitShape<typeof ClaimedPlaySchema> {
  const play = playToPb(claimed.play, [], now);
  play.inputData = claimed.inputData;
  return {
    play,
    leaseToken: claimed.lease.token,
    leaseExpiresAt: timeToPb(claimed.lease.expiresAt),
    answers: claimed.answers.map(answerToPb),
  };
}

const LEASE_STATES: Record<LeaseState, PbLeaseState> = {
  ok: PbLeaseState.OK,
  cancel: PbLeaseState.CANCEL,
  terminate: PbLeaseState.TERMINATE,
  hold: PbLeaseState.HOLD,
  lost: PbLeaseState.LOST,
};

export function leaseStateToPb(state: LeaseState): PbLeaseState {
  return LEASE_STATES[state];
}

/** A pause of kind child. */
export function recordChildFromPb(request: RecordPauseRequest): RecordChild {
  const { spawn } = request;
  if (spawn === undefined) throw invalid([{ field: 'spawn', description: 'is required for a child' }]);
  const { workflowName, versionSid, inputData, group, groupLimit } = spawn;
  const texts = { schema: '', ui: '', message: '' };
  return {
    ...leaseFromPb(request),
    question: { id: request.resumeId, name: request.name, kind: 'child', spanId: request.spanId, ...texts },
    spawn: { workflowName, versionSid, inputData, group, groupLimit },
  };
}

export function recordPauseFromPb(request: RecordPauseRequest): RecordPause {
  if (request.kind !== WaitKind.ANSWER && request.kind !== WaitKind.TIMER) {
    const kinds = 'WAIT_KIND_ANSWER, WAIT_KIND_TIMER or WAIT_KIND_CHILD';
    throw invalid([{ field: 'kind', description: `must be ${kinds}` }]);
  }
  const timer = request.kind === WaitKind.TIMER;
  if (timer && request.timeoutMs === undefined) {
    throw invalid([{ field: 'timeout_ms', description: 'is required for a timer' }]);
  }
  return {
    ...leaseFromPb(request),
    question: {
      id: request.resumeId,
      name: request.name,
      kind: timer ? 'timer' : 'question',
      spanId: request.spanId,
      schema: request.schema,
      ui: request.ui,
      message: request.message,
      timeoutMs: request.timeoutMs === undefined ? undefined : Number(request.timeoutMs),
      defaultPayload: request.hasDefault && !timer ? request.defaultPayload : undefined,
      ...(timer ? {} : { rules: rulesFromPb(request.rules) }),
    },
  };
}

export function recordedToPb(recorded: Recorded): RecordPauseResponse {
  if ('refused' in recorded) return create(RecordPauseResponseSchema, { refused: recorded.refused });
  return create(
    RecordPauseResponseSchema,
    recorded.answer === undefined ? {} : { answer: answerToPb(recorded.answer) },
  );
}

export function childRecordedToPb({ answer, childPlaySid }: ChildRecorded): RecordPauseResponse {
  const given = answer === undefined ? {} : { answer: answerToPb(answer) };
  return create(RecordPauseResponseSchema, { ...given, childPlaySid });
}

const OUTCOMES: Record<PbRunOutcome, RunOutcome | undefined> = {
  [PbRunOutcome.UNSPECIFIED]: undefined,
  [PbRunOutcome.SUCCESS]: 'success',
  [PbRunOutcome.FAILED]: 'failed',
  [PbRunOutcome.TIMED_OUT]: 'timed_out',
  [PbRunOutcome.CANCELLED]: 'cancelled',
  [PbRunOutcome.AWAITING_RESUME]: 'awaiting_resume',
  [PbRunOutcome.RELEASED]: 'released',
};

export function reportPlayFromPb(request: ReportPlayRequest): ReportPlay {
  const outcome = OUTCOMES[request.outcome];
  if (outcome === undefined) throw invalid([{ field: 'outcome', description: 'is required' }]);
  const { playSid, token } = leaseFromPb(request);
  const { error } = request;
  return {
    playSid,
    outputData: request.outputData,
    run: {
      token,
      outcome,
      error: error === undefined ? undefined : { type: error.type, message: error.message, traceback: error.traceback },
      durationMs: Number(request.durationMs),
      spanCount: Number(request.spanCount),
      warnings: request.warnings,
      sandboxTier: request.sandboxTier,
      totalCostUsd: Number.isFinite(request.totalCostUsd) ? request.totalCostUsd : undefined,
      tokensPrompt: request.tokensPrompt === undefined ? undefined : Number(request.tokensPrompt),
      tokensCompletion: request.tokensCompletion === undefined ? undefined : Number(request.tokensCompletion),
    },
  };
}

export function leaseFromPb(request: Pick<ReportPlayRequest, 'lease'>): { playSid: string; token: string } {
  const { lease } = request;
  // The field rules have it as required; this is for the types.
  if (lease === undefined) throw new HeroError('INVALID_ARGUMENT', 'lease: is required');
  return { playSid: lease.playSid, token: lease.leaseToken };
}

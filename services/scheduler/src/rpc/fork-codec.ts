// Forks and dry replays on the wire.

import { create } from '@bufbuild/protobuf';
import {
  type CheckReplayResponse,
  CheckReplayResponseSchema,
  type ForkPlayRequest,
} from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { ForkPlay } from '../domain/commands/fork-play.ts';
import type { ReplayFinding } from '../domain/replays.ts';

export function forkFromPb(request: ForkPlayRequest): Omit<ForkPlay, 'by'> {
  const { playSid, fromSpanId, inputData, versionSid, dropResumes, setOutputs, name } = request;
  return { playSid, fromSpanId, inputData, versionSid, dropResumes, setOutputs, name };
}

export function findingToPb(finding: ReplayFinding): CheckReplayResponse {
  const { expected, met, sourceFile, sourceLine, divergence: message } = finding;
  return create(CheckReplayResponseSchema, {
    matches: message === '',
    stepsMatched: BigInt(finding.stepsMatched),
    stepsRecorded: BigInt(finding.stepsRecorded),
    reached: finding.reached,
    ...(message === '' ? {} : { divergence: { expected, met, sourceFile, sourceLine, message } }),
  });
}

// A play of the scheduler, as an example needs it.

import { createClient, type Transport } from '@connectrpc/connect';
import { timeFromPb } from '@hero-logic/platform';
import { type Play, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import type { EndedPlay, EndedPlays } from '../domain/ports.ts';

const ENDED = [PlayStatus.SUCCESS, PlayStatus.FAILED, PlayStatus.CANCELLED, PlayStatus.TIMED_OUT];

export function createEndedPlays(scheduler: Transport): EndedPlays {
  const client = createClient(PlayService, scheduler);
  return { get: async (playSid) => endedPlay(await client.getPlay({ playSid })) };
}

function endedPlay(play: Play): EndedPlay {
  const asked = play.receivedResumes.toSorted((a, b) => (timeFromPb(a.askedAt) ?? 0) - (timeFromPb(b.askedAt) ?? 0));
  return {
    workflowSid: play.workflowSid,
    versionSid: play.workflowVersionSid,
    hasEnded: ENDED.includes(play.status),
    input: play.inputData,
    output: play.status === PlayStatus.SUCCESS ? play.outputData : '',
    answers: asked.filter(({ payload }) => payload !== ''),
    answersOmitted: Number(play.receivedResumesOmitted),
  };
}

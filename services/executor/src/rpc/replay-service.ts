// ReplayService: translates for the scheduler's forks and dry replays.

import type { ServiceImpl } from '@connectrpc/connect';
import { timeToPb } from '@hero-logic/platform';
import type { ReplayService } from '@hero-logic/proto/herologic/executor/v1/replay_service_pb';
import type { Stores } from '../domain/ports.ts';
import { copyRecord } from '../replay/copy-record.ts';
import type { RunDryReplay } from '../replay/dry-replay.ts';

export function createReplayService(deps: {
  readonly stores: Stores;
  readonly dryReplay: RunDryReplay;
}): ServiceImpl<typeof ReplayService> {
  return {
    async copyRecord(request) {
      const copied = await copyRecord(deps.stores, request);
      return {
        beganAt: timeToPb(copied.beganAtMs),
        steps: BigInt(copied.steps),
        spans: BigInt(copied.spans),
        askedBefore: [...copied.askedBefore],
      };
    },
    async dryReplay({ inputData, ...request }, context) {
      const report = await deps.dryReplay({ ...request, input: inputData }, context.signal);
      const { matched, recorded, message, ...rest } = report;
      return { ...rest, stepsMatched: BigInt(matched), stepsRecorded: BigInt(recorded), divergence: message };
    },
  };
}

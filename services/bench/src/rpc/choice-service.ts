// ChoiceService: decode, choose, encode.

import type { ServiceImpl } from '@connectrpc/connect';
import type { ChoiceService, Preferences } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import type { Weights } from '../domain/choice/pick.ts';
import { type PickDeps, pickVersion } from '../domain/choice/pick-version.ts';

export function createChoiceService(deps: PickDeps): ServiceImpl<typeof ChoiceService> {
  return {
    async pickVersion({ workflowSid, userRequest, preferences }) {
      const picked = await pickVersion(deps, {
        workflowSid,
        request: userRequest,
        weights: weightsFromPb(preferences),
      });
      return { ...picked, candidates: picked.candidates.map((c) => ({ ...c })) };
    },
  };
}

function weightsFromPb(preferences: Preferences | undefined): Weights {
  return {
    cost: preferences?.costWeight ?? 0,
    speed: preferences?.speedWeight ?? 0,
    accuracy: preferences?.accuracyWeight ?? 0,
  };
}

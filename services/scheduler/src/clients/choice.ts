// The bench, as the scheduler asks it for a version.

import { toJsonString } from '@bufbuild/protobuf';
import { createClient, type Transport } from '@connectrpc/connect';
import { toHeroError } from '@hero-logic/platform';
import { ChoiceService, PickVersionResponseSchema } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import type { Choice } from '../domain/choice.ts';

const WITHIN_MS = 30_000;

export function createChoice(bench: Transport): Choice {
  const client = createClient(ChoiceService, bench);
  return {
    async pick({ workflowSid, userRequest, weights }) {
      const preferences = { costWeight: weights.cost, speedWeight: weights.speed, accuracyWeight: weights.accuracy };
      try {
        const picked = await client.pickVersion({ workflowSid, userRequest, preferences }, { timeoutMs: WITHIN_MS });
        const record = toJsonString(PickVersionResponseSchema, picked, {
          useProtoFieldName: true,
          alwaysEmitImplicit: true,
        });
        return { versionSid: picked.versionSid, record };
      } catch (error) {
        throw toHeroError(error);
      }
    },
  };
}

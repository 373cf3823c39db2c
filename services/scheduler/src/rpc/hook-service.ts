// HookService: what comes in over plain HTTP, for the bridge.

import type { ServiceImpl } from '@connectrpc/connect';
import { timeToPb } from '@hero-logic/platform';
import type { HookService } from '@hero-logic/proto/herologic/scheduler/v1/hook_service_pb';
import { DeliveryResult } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { deliverHook } from '../domain/commands/hook/deliver.ts';
import { answerLink, linkedQuestion } from '../domain/commands/hook/resume-link.ts';
import type { TriggerDeps } from '../domain/commands/trigger/deps.ts';
import { resumeToPb } from './resume-codec.ts';
import { stateToPb } from './trigger-codec.ts';

export function createHookService(deps: TriggerDeps): ServiceImpl<typeof HookService> {
  return {
    async deliverHook({ target, webhookId, webhookTimestamp, webhookSignature, body, oversized }) {
      const proof = { id: webhookId, timestamp: webhookTimestamp, signature: webhookSignature };
      const { fire, isNew } = await deliverHook(deps, { target, ...proof, body, oversized });
      const result = isNew ? DeliveryResult.ACCEPTED : DeliveryResult.DUPLICATE;
      return { result, playSid: fire.playSid, state: stateToPb(fire.state) };
    },
    getLinkedResume: async ({ token }) => resumeToPb(await linkedQuestion(deps, token)),
    answerLinkedResume: async ({ token, payloadJson }) => ({
      resumedAt: timeToPb(await answerLink(deps, token, payloadJson)),
    }),
  };
}

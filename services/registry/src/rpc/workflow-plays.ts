// The scheduler as the registry needs it.

import { createClient, type Transport } from '@connectrpc/connect';
import { WorkflowPlaysService } from '@hero-logic/proto/herologic/scheduler/v1/workflow_plays_service_pb';
import type { WorkflowPlays } from '../domain/ports.ts';

export function createWorkflowPlays(scheduler: Transport): WorkflowPlays {
  const client = createClient(WorkflowPlaysService, scheduler);
  return {
    countLive: async (workflowSid) => (await client.countLivePlays({ workflowSid })).live,
    async cancelLive(workflowSid, reason) {
      await client.cancelLivePlays({ workflowSid, reason });
    },
  };
}

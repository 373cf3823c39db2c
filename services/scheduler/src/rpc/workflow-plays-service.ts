// WorkflowPlaysService: what the registry asks before it deletes a workflow.

import type { ServiceImpl } from '@connectrpc/connect';
import type { WorkflowPlaysService } from '@hero-logic/proto/herologic/scheduler/v1/workflow_plays_service_pb';
import { cancelWorkflow } from '../domain/commands/cancel-workflow.ts';
import type { CommandDeps } from '../domain/commands/deps.ts';

export function createWorkflowPlaysService(deps: CommandDeps): ServiceImpl<typeof WorkflowPlaysService> {
  return {
    async countLivePlays({ workflowSid }) {
      return { live: BigInt(await deps.store.countLive(workflowSid)) };
    },
    async cancelLivePlays({ workflowSid, reason }, context) {
      return { cancelled: BigInt(await cancelWorkflow(deps, workflowSid, reason, context.signal)) };
    },
  };
}

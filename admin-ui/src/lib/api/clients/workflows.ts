import { createClient } from '@connectrpc/connect';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { transport } from '../transport.ts';

export const workflows = createClient(WorkflowService, transport);

// The calls that the MCP server makes, over whatever leads to the services.

import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';

export interface McpClients {
  readonly workflows: Client<typeof WorkflowService>;
  readonly library: Client<typeof LibraryService>;
  readonly plays: Client<typeof PlayService>;
}

export function mcpClients(transport: Transport): McpClients {
  return {
    workflows: createClient(WorkflowService, transport),
    library: createClient(LibraryService, transport),
    plays: createClient(PlayService, transport),
  };
}

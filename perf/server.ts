// A real local run with gRPC clients, stopped at the end.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { startLocalRun } from '@hero-logic/cli/testing';
import type { VersionLimitsSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';

export interface PerfServer {
  readonly pid: number;
  /** Where a browser reaches it. */
  readonly url: string;
  /** What it logged so far. */
  readonly log: () => string;
  /** gRPC to every service. */
  readonly transport: Transport;
  readonly plays: Client<typeof PlayService>;
  /** Registers a flow, unless there is one of this name, and gives its sid. */
  add(name: string, source: string, limits?: MessageInitShape<typeof VersionLimitsSchema>): Promise<string>;
  stop(): Promise<void>;
}

/** `prepare` sees the empty data folder before the start. */
export async function startServer(
  args: string[] = [],
  env: Record<string, string> = {},
  prepare: (root: string) => void = () => {},
): Promise<PerfServer> {
  const run = await startLocalRun({ args, env, prepare });
  const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${run.port + 1}` });
  const workflows = createClient(WorkflowService, transport);
  const added = new Map<string, string>();
  return {
    pid: run.pid,
    url: run.url,
    log: run.output,
    transport,
    plays: createClient(PlayService, transport),
    async add(name, pythonSource, limits = {}) {
      const sid = added.get(name) ?? (await workflows.createWorkflow({ name, pythonSource, limits })).sid;
      added.set(name, sid);
      return sid;
    },
    stop: () => run.remove(),
  };
}

// Services in processes of their own, for scenarios that measure a mesh: on SQLite (a file for each process) or on MongoDB and Redis.

import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { createMesh, type Mesh } from '@hero-logic/cli/testing/mesh';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { LeaseService } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { startMongo, startRedis } from '../deploy/test-servers/start.mjs';

export const STORES = ['sqlite', 'mongodb'] as const;
export type Store = (typeof STORES)[number];

export interface PerfMesh {
  readonly mesh: Mesh;
  readonly plays: Client<typeof PlayService>;
  readonly leases: Client<typeof LeaseService>;
  add(name: string, pythonSource: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A registry, a scheduler and so many executors. Throws with the reason when the store cannot be started. `way`: where the executors find the
 * address of that name, given where it is.
 */
export async function startMesh(
  store: Store,
  executors: number,
  way: (name: string, address: string) => Promise<string> = async (_name, address) => address,
): Promise<PerfMesh> {
  const servers = store === 'mongodb' ? await startServers() : undefined;
  const stopServers = async () => {
    await Promise.all((servers?.started ?? []).map((server) => server.stop()));
  };
  try {
    const mesh = await createMesh({ HERO_LOGIC_LOG: 'fatal', ...servers?.env });
    await mesh.serve('registry');
    await mesh.serve('scheduler');
    const own: Record<string, string> = {};
    for (const name of ['HERO_LOGIC_SCHEDULER_URL', 'HERO_LOGIC_REGISTRY_URL', 'MONGODB_URL']) {
      const address = mesh.env[name];
      if (address !== undefined) own[name] = await way(name, address);
    }
    for (let n = 1; n <= executors; n++) await mesh.serve('executor', n === 1 ? 'executor' : `executor${n}`, own);
    const to = (service: string) => createGrpcTransport({ baseUrl: mesh.url(service) });
    const workflows = createClient(WorkflowService, to('registry'));
    return {
      mesh,
      plays: createClient(PlayService, to('scheduler')),
      leases: createClient(LeaseService, to('scheduler')),
      add: async (name, pythonSource) => (await workflows.createWorkflow({ name, pythonSource })).sid,
      async stop() {
        await mesh.close();
        await stopServers();
      },
    };
  } catch (error) {
    await stopServers();
    throw error;
  }
}

async function startServers() {
  const [mongo, redis] = [await startMongo(), await startRedis()];
  if (mongo === undefined || redis === undefined) {
    await Promise.all([mongo?.stop(), redis?.stop()]);
    throw new Error(
      `no ${mongo === undefined ? 'MongoDB' : 'Redis'} to run on; \`npm test\` installs both where it may`,
    );
  }
  const env = { HERO_LOGIC_STORE: 'mongodb', MONGODB_URL: `${mongo.url}perf`, REDIS_URL: redis.url };
  return { started: [mongo, redis], env };
}

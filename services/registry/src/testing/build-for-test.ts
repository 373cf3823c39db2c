// A registry on a real store with its real Python helper, and a scheduler that says what a test tells it.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import {
  createGroupCommit,
  createLocalTransport,
  createSids,
  createVault,
  type Database,
  HeroError,
  openDatabase,
  type Routes,
  silentLog,
  startLoops,
  toHeroError,
} from '@hero-logic/platform';
import { createFakeClock, type FakeClock } from '@hero-logic/platform/testing';
import { CatalogService } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { WorkflowPlaysService } from '@hero-logic/proto/herologic/scheduler/v1/workflow_plays_service_pb';
import { buildRegistry } from '../app.ts';
import type { EmbeddingsEndpoint } from '../clients/embedder.ts';

export interface TestRegistry {
  readonly workflows: Client<typeof WorkflowService>;
  readonly examples: Client<typeof ExampleService>;
  readonly library: Client<typeof LibraryService>;
  readonly catalog: Client<typeof CatalogService>;
  readonly transport: Transport;
  readonly clock: FakeClock;
  readonly db: Database;
  /** Live plays as the scheduler counts them; `cancelled` lists what was cancelled. */
  readonly plays: {
    live: bigint;
    readonly cancelled: string[];
    /** By sid, as GetPlay gives them. */
    readonly known: Map<string, MessageInitShape<typeof PlaySchema>>;
  };
  /** Background work, which tests run only when it is what they are about. */
  startLoops(): void;
  close(): Promise<void>;
}

export function createTestRegistry(
  file = ':memory:',
  embeddings?: EmbeddingsEndpoint,
  vault = createVault([]),
  log = silentLog,
): TestRegistry {
  const db = openDatabase(file);
  const commit = createGroupCommit(db);
  const clock = createFakeClock();
  const plays: TestRegistry['plays'] = { live: 0n, cancelled: [], known: new Map() };
  const schedulerRoutes: Routes = (router) => {
    router.service(PlayService, {
      getPlay({ playSid }) {
        const play = plays.known.get(playSid);
        if (play === undefined) throw new HeroError('PLAY_NOT_FOUND', `no play has the sid ${playSid}`);
        return create(PlaySchema, play);
      },
    });
    router.service(WorkflowPlaysService, {
      countLivePlays: () => ({ live: plays.live }),
      cancelLivePlays: ({ workflowSid }) => {
        plays.cancelled.push(workflowSid);
        const cancelled = plays.live;
        plays.live = 0n;
        return { cancelled };
      },
    });
  };
  const service = buildRegistry({
    db,
    commit,
    clock,
    newSid: createSids({ now: clock.now }),
    log,
    scheduler: createLocalTransport({ routes: [schedulerRoutes], log: silentLog }),
    python: '',
    auditDays: 400,
    vault,
    embeddings,
  });
  const transport = createLocalTransport({ routes: [service.routes], log: silentLog });
  let loops = startLoops([]);
  return {
    startLoops() {
      loops = startLoops(service.loops);
    },
    workflows: createClient(WorkflowService, transport),
    examples: createClient(ExampleService, transport),
    library: createClient(LibraryService, transport),
    catalog: createClient(CatalogService, transport),
    transport,
    clock,
    db,
    plays,
    async close() {
      await loops.stop();
      await service.close();
      commit.close();
      db.close();
    },
  };
}

/** A source with one flow. */
export function flowSource(name: string, body = 'return 1', parameters = ''): string {
  return `from hero_tracing import flow\n\n@flow(name="${name}")\ndef ${name}(${parameters}):\n    ${body}\n`;
}

/** What a call refuses with. */
export async function refusal(call: Promise<unknown>): Promise<HeroError> {
  try {
    await call;
  } catch (error) {
    return toHeroError(error);
  }
  throw new Error('the call was not refused');
}

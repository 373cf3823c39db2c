// A registry in memory, without plays, and the context of a command that calls it.

import { createClient, type Transport } from '@connectrpc/connect';
import {
  createGroupCommit,
  createLocalTransport,
  createSids,
  createVault,
  openDatabase,
  silentLog,
  systemClock,
} from '@hero-logic/platform';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { buildRegistry } from '@hero-logic/registry';
import type { Context } from '../core/context.ts';
import { createTestIo, type TestIo } from './test-io.ts';

export interface TestLibrary {
  readonly context: Context;
  readonly io: TestIo;
  readonly clients: Pick<Context['clients'], 'workflows' | 'examples'>;
  close(): Promise<void>;
}

export function createTestLibrary(): TestLibrary {
  const db = openDatabase(':memory:');
  const commit = createGroupCommit(db);
  const service = buildRegistry({
    ...{ db, commit, clock: systemClock, newSid: createSids(), log: silentLog, python: '', auditDays: 1 },
    vault: createVault([]),
    scheduler: createLocalTransport({ routes: [], log: silentLog }) as Transport,
  });
  const transport = createLocalTransport({ routes: [service.routes], log: silentLog });
  const clients = {
    workflows: createClient(WorkflowService, transport),
    examples: createClient(ExampleService, transport),
  };
  const io = createTestIo();
  const context = { io, clients, json: false, server: '', env: {}, clock: systemClock } as unknown as Context;
  const close = async () => {
    await service.close();
    commit.close();
    db.close();
  };
  return { context, io, clients, close };
}

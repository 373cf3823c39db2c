// An executor on a real store, with a tiny scheduler beside it.

import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import {
  type Clock,
  createGroupCommit,
  createInProcessSignals,
  createLocalTransport,
  createSids,
  openDatabase,
  type ReadProcessState,
  type Signals,
  silentLog,
  startLoops,
  systemClock,
} from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { buildExecutor } from '../src/app.ts';
import type { ExecutorSettings } from '../src/config.ts';
import type { Interpreters } from '../src/interpreters/interpreter.ts';
import type { Environments } from '../src/packages/environments.ts';
import type { ForwardProxy } from '../src/proxy/proxy.ts';
import { createTinyScheduler } from './tiny-scheduler.ts';

export async function createWorld(options: {
  readonly interpreters: Interpreters;
  readonly environments?: Environments;
  readonly proxy?: ForwardProxy;
  readonly config?: Partial<ExecutorSettings>;
  readonly clock?: Clock;
  readonly processState?: ReadProcessState;
  readonly signals?: Signals;
}) {
  const folder = createTempDir();
  const db = openDatabase(join(folder.path, 'db.sqlite'));
  const commit = createGroupCommit(db);
  const signals = options.signals ?? createInProcessSignals();
  const scheduler = createTinyScheduler();
  const service = await buildExecutor({
    db,
    commit,
    clock: options.clock ?? systemClock,
    newSid: createSids(),
    log: silentLog,
    signals,
    scheduler: scheduler.transport,
    registry: scheduler.transport,
    bench: scheduler.transport,
    interpreters: options.interpreters,
    environments: options.environments,
    proxy: options.proxy,
    processState: options.processState,
    config: { executorId: 'e1', slots: 4, leaseTtlMs: 10_000, commitDelayMs: 0, ...options.config },
  });
  const loops = startLoops(service.loops);
  const spans = createClient(SpanService, createLocalTransport({ routes: [service.routes], log: silentLog }));
  return {
    scheduler,
    spans,
    routes: service.routes,
    signals,
    commit,
    db,
    close: () => service.close(),
    async dispose() {
      await service.close();
      await loops.stop();
      commit.close();
      db.close();
      folder.remove();
    },
  };
}

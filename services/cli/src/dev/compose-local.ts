// All services in one process on the embedded store: the composition root of a local run.

import { join } from 'node:path';
import type { Transport } from '@connectrpc/connect';
import { buildBench } from '@hero-logic/bench';
import { buildExecutor, createEnvironments, createInterpreters, createProxy } from '@hero-logic/executor';
import {
  createGroupCommit,
  createInProcessSignals,
  createLazyTransport,
  createLocalTransport,
  createNamespaceDirectory,
  createProcessState,
  createReadiness,
  createScopeCheck,
  createSids,
  type Log,
  newToken,
  openDatabase,
  type Readiness,
  type Routes,
  type ScopeCheck,
  startLoops,
  systemClock,
} from '@hero-logic/platform';
import { buildRegistry, seedWorkflows } from '@hero-logic/registry';
import { buildScheduler } from '@hero-logic/scheduler';
import { type Access, createAccess } from '../core/access.ts';
import { KILL_GRACE_MS, LEASE_TTL_MS } from '../core/leases.ts';
import type { Sandbox } from '../core/sandbox-text.ts';
import type { Telemetry } from '../core/telemetry.ts';
import { localVault } from '../core/vault-config.ts';
import type { DevConfig } from './dev-config.ts';
import { readSeedFolder } from './seed-folder.ts';

export interface LocalMesh {
  readonly routes: readonly Routes[];
  /** Calls any of the services without a socket. */
  readonly transport: Transport;
  readonly access: Access;
  /** Keeps calls within their namespaces. */
  readonly scope: ScopeCheck;
  readonly sandbox: Sandbox;
  readonly readiness: Readiness;
  /** Stops claiming, gives running plays the grace, puts the rest back to pending, commits, closes. */
  close(): Promise<void>;
}

export interface ComposeOptions {
  readonly config: DevConfig;
  readonly log: Log;
  readonly sdkPath: string;
  readonly seedDir: string;
  readonly telemetry: Telemetry;
}

export async function composeLocal(options: ComposeOptions): Promise<LocalMesh> {
  const { config, log } = options;
  const { meter, tracing } = options.telemetry;
  const db = openDatabase(join(config.paths.data, 'hero_logic.sqlite'), { layOutLog: true });
  const commit = createGroupCommit(db, { isOnlyFile: true });
  const routes: Routes[] = [];
  const transport: Transport = createLazyTransport(() => createLocalTransport({ routes, log, scope }));
  const scope = createScopeCheck(createNamespaceDirectory(transport));
  const plain = { db, commit, clock: systemClock, newSid: createSids(), log, signals: createInProcessSignals() };
  const readiness = createReadiness([{ name: 'store', ask: async () => db.get('SELECT 1') }], systemClock);
  const base = { ...plain, meter, tracing, processState: createProcessState({ readiness }) };

  const proxy = await createProxy({ open: config.plays.openAddresses });
  const interpreters = await createInterpreters({
    kind: config.interpreters,
    python: config.python,
    sdkPath: options.sdkPath,
    dir: join(config.paths.data, 'work'),
    slots: config.slots,
    minTier: config.minTier,
    proxyPort: proxy.port,
    log,
  });
  const environments = createEnvironments({
    ...config.packages,
    python: config.python,
    sdkPath: options.sdkPath,
    dir: join(config.paths.data, 'work', 'packages'),
    log,
  });
  const vault = localVault(config.vaultKeys, config.paths.data);
  const registry = buildRegistry({
    ...base,
    scheduler: transport,
    python: config.python,
    auditDays: config.access.auditDays,
    vault,
    embeddings: config.embeddings,
    isolationLeast: config.isolationLeast,
  });
  const scheduler = buildScheduler({
    ...base,
    registry: transport,
    executor: transport,
    bench: transport,
    vault,
    config: {
      leaseTtlMs: LEASE_TTL_MS,
      cancelGraceMs: KILL_GRACE_MS,
      ownsAllLeases: true,
      publicUrl: config.publicUrl,
      webhookNetworks: config.webhookNetworks,
      groups: config.groups,
      retention: config.retention,
    },
  });
  const executor = await buildExecutor({
    ...base,
    scheduler: transport,
    registry: transport,
    bench: transport,
    interpreters,
    environments,
    proxy,
    config: {
      executorId: `local-${newToken().slice(0, 8)}`,
      slots: config.slots,
      leaseTtlMs: LEASE_TTL_MS,
      killGraceMs: KILL_GRACE_MS,
      drainGraceMs: config.graceMs,
      network: config.plays.network,
      networkMost: config.plays.networkMost,
      isolationLeast: config.isolationLeast,
      alwaysReplay: config.alwaysReplay,
      broker: config.broker,
      prices: config.prices,
      secrets: config.secrets,
    },
  });
  const bench = buildBench({
    ...base,
    registry: transport,
    scheduler: transport,
    executor: transport,
    ratingFlow: config.ratingFlow,
    exploration: config.exploration,
  });
  routes.push(registry.routes, scheduler.routes, executor.routes, bench.routes);

  await seedWorkflows(transport, readSeedFolder(options.seedDir));
  const access = createAccess({ config: config.access, transport, log, audits: true });
  const schedulerLoops = startLoops([...registry.loops, ...scheduler.loops]);
  const executorLoops = startLoops(executor.loops);
  const benchLoops = startLoops(bench.loops);
  return {
    routes,
    transport,
    access,
    scope,
    sandbox: { tier: interpreters.tier, missing: interpreters.missing },
    readiness,
    async close() {
      await access.close();
      await benchLoops.stop();
      await bench.close();
      await executor.close();
      await executorLoops.stop();
      await schedulerLoops.stop();
      await scheduler.close();
      await registry.close();
      commit.close();
      db.close();
    },
  };
}

// What one service is made of, as its configuration says.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBench } from '@hero-logic/bench';
import { buildExecutor, createEnvironments, createInterpreters, createProxy } from '@hero-logic/executor';
import { createMeshTransport, createVault, type Service, type ServiceStore } from '@hero-logic/platform';
import { buildRegistry } from '@hero-logic/registry';
import { buildScheduler, type SchedulerDeps } from '@hero-logic/scheduler';
import { KILL_GRACE_MS, LEASE_TTL_MS } from '../core/leases.ts';
import type { Sandbox } from '../core/sandbox-text.ts';
import type { ServeConfig } from './serve-config.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** How it reaches the others. */
export function meshOf({ urls, access }: ServeConfig): Parameters<typeof createMeshTransport>[0] {
  return { urls, serviceToken: access.serviceToken };
}

type Base = Pick<SchedulerDeps, 'clock' | 'newSid' | 'log' | 'signals' | 'meter' | 'tracing' | 'processState'> &
  ServiceStore;

export async function buildService(
  config: ServeConfig,
  folder: string,
  base: Base,
): Promise<Service & { readonly sandbox?: Sandbox }> {
  const mesh = createMeshTransport(meshOf(config));
  const vault = createVault(config.vaultKeys);
  if (config.service === 'registry') {
    const { auditDays } = config.access;
    const { embeddings } = config.models;
    const { python, isolationLeast } = config;
    return buildRegistry({ ...base, scheduler: mesh, python, auditDays, vault, embeddings, isolationLeast });
  }
  if (config.service === 'scheduler') {
    const leases = { leaseTtlMs: LEASE_TTL_MS, cancelGraceMs: KILL_GRACE_MS, ownsAllLeases: false };
    const { publicUrl, webhookNetworks, groups, retention } = config;
    const told = { ...leases, publicUrl, webhookNetworks, groups, retention };
    return buildScheduler({ ...base, registry: mesh, executor: mesh, bench: mesh, vault, config: told });
  }
  if (config.service === 'bench') {
    return buildBench({
      ...base,
      registry: mesh,
      scheduler: mesh,
      executor: mesh,
      ratingFlow: config.models.ratingFlow,
      exploration: config.models.exploration,
    });
  }
  const { python, slots, minTier, executorId, isolationLeast } = config;
  const { network, networkMost, openAddresses } = config.plays;
  const proxy = await createProxy({ open: openAddresses });
  const { broker, prices } = config.models;
  const interpreters = await createInterpreters({
    kind: config.interpreters,
    python,
    sdkPath: join(ROOT, 'python'),
    dir: join(folder, 'work'),
    slots,
    minTier,
    proxyPort: proxy.port,
    log: base.log,
  });
  const environments = createEnvironments({
    ...config.packages,
    python,
    sdkPath: join(ROOT, 'python'),
    dir: join(folder, 'work', 'packages'),
    log: base.log,
  });
  const limits = { leaseTtlMs: LEASE_TTL_MS, killGraceMs: KILL_GRACE_MS, drainGraceMs: config.graceMs };
  const executor = await buildExecutor({
    ...base,
    scheduler: mesh,
    registry: mesh,
    bench: mesh,
    interpreters,
    environments,
    proxy,
    config: {
      executorId,
      slots,
      network,
      networkMost,
      isolationLeast,
      broker,
      prices,
      secrets: config.secrets,
      ...limits,
    },
  });
  return { ...executor, sandbox: interpreters };
}

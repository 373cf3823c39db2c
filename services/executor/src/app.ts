// The composition root of the executor: the only file that knows every layer.

import type { Transport } from '@connectrpc/connect';
import {
  type Clock,
  type Log,
  type Meter,
  type NewSid,
  noMeter,
  noProcessState,
  type ReadProcessState,
  type Service,
  type ServiceStore,
  type Signals,
  type Tracing,
} from '@hero-logic/platform';
import { type ExecutorSettings, executorConfig } from './config.ts';
import { createPlayRecords } from './ingest/play-records.ts';
import type { Interpreters } from './interpreters/interpreter.ts';
import { createAcquireLoop } from './loops/acquire.ts';
import { createRenewLoop } from './loops/renew.ts';
import { createReportLoop } from './loops/report.ts';
import { addExecutorGauges, createRunMetrics, measured } from './metrics.ts';
import { createCloseSpans } from './outside/close-spans.ts';
import { createPlayDirectory } from './outside/play-directory.ts';
import { createPushEvent } from './outside/push-event.ts';
import type { Environments } from './packages/environments.ts';
import { createPlayTraces } from './play-trace.ts';
import type { ForwardProxy } from './proxy/proxy.ts';
import { createDryReplay } from './replay/dry-replay.ts';
import { executorRoutes } from './routes.ts';
import { createPlayDataService } from './rpc/play-data-service.ts';
import { createReplayService } from './rpc/replay-service.ts';
import { createSpanService } from './rpc/span-service.ts';
import { createCatalog } from './run/catalog.ts';
import { createLeaseClient } from './run/lease-client.ts';
import type { RunWatcher } from './run/run-watcher.ts';
import { createRuns } from './run/runs.ts';
import { createSecretSource } from './run/secret-source.ts';
import { createServiceCalls } from './run/service-calls.ts';
import { requireTier } from './sandbox-tier.ts';
import { createMongoStores } from './storage/stores.mongo.ts';
import { createSqliteStores } from './storage/stores.sqlite.ts';

interface ExecutorNeeds {
  readonly clock: Clock;
  readonly newSid: NewSid;
  readonly log: Log;
  readonly signals: Signals;
  /** LeaseService and PlayService.GetPlay. */
  readonly scheduler: Transport;
  /** CatalogService, and what plays may ask of WorkflowService, ExampleService and LibraryService. */
  readonly registry: Transport;
  /** What plays may ask of BenchmarkService and ChoiceService. */
  readonly bench: Transport;
  /** Made by `createInterpreters`; closed with the service. */
  readonly interpreters: Interpreters;
  /** Packages that flows ask for; absent = those that do fail. */
  readonly environments?: Environments | undefined;
  /** The way out of plays with network `hosts`; closed with the service. Absent = those plays are refused. */
  readonly proxy?: ForwardProxy | undefined;
  readonly config: ExecutorSettings;
  readonly meter?: Meter;
  /** How this process does; absent = nobody looks. */
  readonly processState?: ReadProcessState | undefined;
  /** Absent = nobody traces. */
  readonly tracing?: Tracing | undefined;
}

export type ExecutorDeps = ExecutorNeeds & ServiceStore;

export async function buildExecutor(deps: ExecutorDeps): Promise<Service> {
  const { clock, log, signals, interpreters, meter = noMeter, processState = noProcessState } = deps;
  const config = executorConfig(deps.config);
  requireTier(interpreters, config.minTier);
  if (interpreters.missing.length > 0) {
    log.info({ tier: interpreters.tier, missing: interpreters.missing }, 'the sandbox lacks layers on this machine');
  }
  const plain = 'mongo' in deps ? createMongoStores(deps.mongo) : createSqliteStores(deps);
  const stores = { ...plain, writeBatch: measured(plain.writeBatch, meter) };
  const { maxSpans, logCapBytesPerPlay: logCapBytes, commitDelayMs } = config;
  const records = createPlayRecords({ stores, clock, log, signals, maxSpans, logCapBytes, commitDelayMs });
  const leases = createLeaseClient({ transport: deps.scheduler, clock, log });
  const catalog = createCatalog(deps.registry);
  const callService = createServiceCalls({ registry: deps.registry, bench: deps.bench });
  const secrets = createSecretSource({ configured: config.secrets, catalog, registry: deps.registry, clock });
  const onCount = 'mongo' in deps ? () => {} : deps.commit.expect;
  const watcher = createWatcher(deps, meter);
  const { environments, proxy } = deps;
  const whatRuns = {
    records,
    interpreters,
    environments,
    proxy,
    catalog,
    leases,
    callService,
    secrets,
    onCount,
    watcher,
  };
  const runs = createRuns({ config, clock, log, stores, ...whatRuns });
  addExecutorGauges(meter, { runs, slots: config.slots, interpreters });
  const plays = createPlayDirectory(deps.scheduler);
  const outside = { records, plays, clock };
  const push = createPushEvent(outside);
  const closeSpans = createCloseSpans(outside);

  const { defaultLimits } = config;
  const dryReplay = createDryReplay({ stores, catalog, interpreters, environments, defaultLimits, clock, log });

  const drain = new AbortController();
  const { executorId, leaseTtlMs } = config;
  const common = { scheduler: deps.scheduler, runs, executorId, clock, log };
  const acquire = createAcquireLoop({ ...common, interpreters, signals, drain: drain.signal });
  const renew = createRenewLoop({ ...common, leaseTtlMs, signals });
  const { slots } = config;
  const report = createReportLoop({ ...common, slots, leaseTtlMs, interpreters, processState, drain: drain.signal });

  return {
    name: 'executor',
    routes: executorRoutes({
      spans: createSpanService({ spans: stores.spans, steps: stores.steps, plays, push, closeSpans }),
      replays: createReplayService({ stores, dryReplay }),
      playData: createPlayDataService(stores),
    }),
    loops: [acquire, renew, report],
    /** Drains: no new claims, a grace for what runs, the rest goes back to pending. The scheduler must still answer. */
    async close() {
      drain.abort();
      // The loops may have been stopped before: what still runs keeps its lease until it has ended.
      const drained = new AbortController();
      const renewing = renew.run(drained.signal);
      await runs.drain(config.drainGraceMs);
      drained.abort();
      await renewing;
      await interpreters.close();
      await proxy?.close();
    },
  };
}

function createWatcher({ tracing, clock, config }: ExecutorDeps, meter: Meter): RunWatcher {
  const metrics = createRunMetrics(meter);
  if (tracing === undefined) return metrics;
  const traces = createPlayTraces({ tracing, clock, executorId: config.executorId });
  return {
    ended(run) {
      metrics.ended(run);
      traces.ended(run);
    },
  };
}

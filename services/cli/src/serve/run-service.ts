// One service in a process of its own, on its own SQLite file or on MongoDB, calling the others over gRPC. Ends on a signal: no new work, running plays
// get the grace and are then put back to pending.
//
// Signals go over REDIS_URL. Without it, or while it is away, what another process changes is seen at the next look at the store (at most
// 5 s), and a cancel reaches an executor with the next renewal of its lease (at most 3.3 s).

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBridge } from '@hero-logic/bridge';
import {
  createInProcessSignals,
  createLocalTransport,
  createLog,
  createMeshTransport,
  createNamespaceDirectory,
  createProcessState,
  createProxyRoutes,
  createReadiness,
  createRpcServer,
  createScopeCheck,
  createSids,
  type Env,
  gauge,
  type Log,
  type Meter,
  newToken,
  type Readiness,
  type Signals,
  startLoops,
  systemClock,
} from '@hero-logic/platform';
import { BenchmarkService } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { ChoiceService } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { AccessService } from '@hero-logic/proto/herologic/registry/v1/access_service_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { SecretService } from '@hero-logic/proto/herologic/registry/v1/secret_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { BulkService } from '@hero-logic/proto/herologic/scheduler/v1/bulk_service_pb';
import { ErrorGroupService } from '@hero-logic/proto/herologic/scheduler/v1/error_group_service_pb';
import { HealthService } from '@hero-logic/proto/herologic/scheduler/v1/health_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { RetentionService } from '@hero-logic/proto/herologic/scheduler/v1/retention_service_pb';
import { TriggerService } from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import { WebhookService } from '@hero-logic/proto/herologic/scheduler/v1/webhook_service_pb';
import { seedWorkflows } from '@hero-logic/registry';
import { createAccess, createServiceAccess } from '../core/access.ts';
import { type Sandbox, sandboxText } from '../core/sandbox-text.ts';
import { stopSignal } from '../core/stop-signal.ts';
import { startTelemetry, type Telemetry } from '../core/telemetry.ts';
import { readSeedFolder } from '../dev/seed-folder.ts';
import { buildService, meshOf } from './build-service.ts';
import { openStore } from './open-store.ts';
import { startOps } from './ops.ts';
import { type ServeConfig, type ServeFlags, type ServiceName, serveConfig } from './serve-config.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const STOP_MARGIN_MS = 4_000;
const PUBLIC_SERVICES = [
  AccessService,
  SecretService,
  WorkflowService,
  ExampleService,
  LibraryService,
  PlayService,
  TriggerService,
  WebhookService,
  BulkService,
  ErrorGroupService,
  RetentionService,
  HealthService,
  SpanService,
  BenchmarkService,
  ChoiceService,
];

export interface RunServiceOptions {
  readonly service: ServiceName;
  readonly flags: ServeFlags;
  readonly env: Env;
  readonly version: string;
  readonly print: (line: string) => void;
}

/** Runs until a signal; resolves with the exit code. */
export async function runService(options: RunServiceOptions): Promise<number> {
  const config = serveConfig(options.service, options.flags, options.env, () => newToken().slice(0, 8));
  const log = createLog({ level: config.logLevel });
  const stopped = stopSignal({ print: options.print, longestMs: config.graceMs + STOP_MARGIN_MS });
  const { version } = options;
  const { service, host, opsPort } = config;
  const telemetry = await startTelemetry({ config: config.telemetry, service, version, log });
  const about: About = { config, log, telemetry, version };
  const running = service === 'bridge' ? await startBridge(about) : await startStored(about);
  const ops = await startOps({ host, port: opsPort, readiness: running.readiness, telemetry, log });
  const sandbox = running.sandbox === undefined ? '' : `, sandbox ${sandboxText(running.sandbox)}`;
  options.print(`hero-logic ${service} is ready on http://${host}:${config.port}${sandbox}`);
  await stopped;
  running.readiness.drain();
  await running.close();
  await ops?.close();
  await telemetry.close();
  return 0;
}

interface About {
  readonly config: ServeConfig;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly version: string;
}

interface Running {
  readonly readiness: Readiness;
  /** Of an executor. */
  readonly sandbox?: Sandbox | undefined;
  close(): Promise<void>;
}

async function startBridge({ config, log, telemetry, version }: About): Promise<Running> {
  const transport = createMeshTransport(meshOf(config));
  const access = createAccess({ config: config.access, transport, log, audits: false });
  const bridge = await buildBridge({
    routes: [createProxyRoutes(PUBLIC_SERVICES, transport)],
    services: PUBLIC_SERVICES,
    transport,
    host: config.host,
    port: config.port,
    paths: config.paths,
    adminDist: join(ROOT, 'admin-ui', 'dist'),
    publicUrl: config.publicUrl,
    version,
    mcpCanWrite: config.mcpCanWrite,
    guard: access.guard,
    ownerGuard: access.ownerGuard,
    signIn: access.signIn,
    addressLimit: access.addressLimit,
    trustedProxies: config.access.trustedProxies,
    log,
    meter: telemetry.meter,
  });
  // It keeps nothing: what it needs is told to its callers call by call.
  return { readiness: createReadiness([], systemClock), close: bridge.close };
}

async function startStored({ config, log, telemetry, version }: About): Promise<Running> {
  const folder = join(config.paths.data, config.service);
  const store = await openStore(config, folder);
  const { meter, tracing } = telemetry;
  const signals = await openSignals(config, log, meter);
  const readiness = createReadiness([{ name: 'store', ask: store.ping }], systemClock);
  const processState = createProcessState({ readiness, isAway: signals.isAway });
  const base = { ...store.deps, clock: systemClock, newSid: createSids(), log, signals, meter, tracing, processState };
  const service = await buildService(config, folder, base);
  if (config.service === 'registry') {
    await seedWorkflows(
      createLocalTransport({ routes: [service.routes], log }),
      readSeedFolder(join(ROOT, 'seed-flows')),
    );
  }
  const access = createServiceAccess({
    config: config.access,
    transport:
      config.service === 'registry'
        ? createLocalTransport({ routes: [service.routes], log })
        : createMeshTransport(meshOf(config)),
    log,
    audits: true,
  });
  const server = await createRpcServer({
    routes: [service.routes],
    guard: access.guard,
    scope: createScopeCheck(createNamespaceDirectory(createMeshTransport(meshOf(config)))),
    host: config.host,
    port: config.port,
    log,
    ...{ readiness, meter, version },
  });
  const loops = startLoops(service.loops);
  return {
    readiness,
    sandbox: service.sandbox,
    async close() {
      // An executor drains while it still answers; the others have nothing to wait for.
      if (config.service === 'executor') await service.close();
      await server.close(1000);
      await access.close();
      await loops.stop();
      if (config.service !== 'executor') await service.close();
      signals.close();
      await store.close();
    },
  };
}

async function openSignals(
  { redisUrl }: ServeConfig,
  log: Log,
  meter: Meter,
): Promise<Signals & { close(): void; isAway?: () => boolean }> {
  if (redisUrl === '') return { ...createInProcessSignals(), close: () => {} };
  const { createRedisSignals } = await import('@hero-logic/platform/signals/redis');
  const signals = createRedisSignals({ url: redisUrl, log });
  // No part of readiness: without it other processes are heard late, and nothing is lost.
  gauge(meter, 'hero_signals_up', 'Whether other processes are heard at once: 0 while Redis is away.', (set) =>
    set(signals.isAway() ? 0 : 1),
  );
  return signals;
}

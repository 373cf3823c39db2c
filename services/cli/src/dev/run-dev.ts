// A local run, from the lock on its data to its clean end. Returns when a signal asked it to stop and everything has been put away.
//
// SIGTERM or SIGINT drains: no new plays, running ones get the grace and are then put back to pending. A second signal ends at once.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBridge } from '@hero-logic/bridge';
import {
  createLog,
  createRpcServer,
  type Env,
  type Log,
  lockDataFolder,
  opsPages,
  servicesOf,
} from '@hero-logic/platform';
import { removeRunFile, writeRunFile } from '../background/run-file.ts';
import { isLoopback } from '../core/loopback.ts';
import { type Sandbox, sandboxText } from '../core/sandbox-text.ts';
import { stopSignal } from '../core/stop-signal.ts';
import { startTelemetry, type Telemetry } from '../core/telemetry.ts';
import { watchFlowsFolder } from '../flows/watch-folder.ts';
import { composeLocal } from './compose-local.ts';
import { type DevConfig, type DevFlags, devConfig } from './dev-config.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const DRAIN_MARGIN_MS = 4_000;

interface DevAddresses {
  /** Admin UI, /rpc, Connect and gRPC-Web. */
  readonly http: string;
  /** gRPC and Connect over HTTP/2 without TLS. */
  readonly grpc: string;
  readonly sockets: string;
  readonly sandbox: Sandbox;
}

export interface RunDevOptions {
  readonly flags: DevFlags;
  readonly env: Env;
  readonly version: string;
  /** Writes one line for the person at the terminal. */
  readonly print: (line: string) => void;
}

/** Runs until a signal; resolves with the exit code. */
export async function runDev(options: RunDevOptions): Promise<number> {
  const config = devConfig(options.flags, options.env);
  const log = createLog({ level: config.logLevel });
  const stopped = stopSignal({ print: options.print, longestMs: config.graceMs + DRAIN_MARGIN_MS });
  const lock = lockDataFolder(config.paths.data);
  const { version } = options;
  const telemetry = await startTelemetry({ config: config.telemetry, service: 'dev', version, log });
  const running = await startDev(config, log, { ...options, telemetry });
  writeRunFile(config.paths, { pid: process.pid, host: config.host, port: running.port });
  options.print(readyText(running.addresses, config));
  await stopped;
  await running.close();
  await telemetry.close();
  removeRunFile(config.paths);
  lock.release();
  return 0;
}

interface RunningDev {
  readonly port: number;
  readonly addresses: DevAddresses;
  close(): Promise<void>;
}

async function startDev(
  config: DevConfig,
  log: Log,
  options: Pick<RunDevOptions, 'version' | 'print'> & { readonly telemetry: Telemetry },
): Promise<RunningDev> {
  const { telemetry } = options;
  const { meter, metrics } = telemetry;
  const mesh = await composeLocal({
    config,
    log,
    telemetry,
    sdkPath: join(ROOT, 'python'),
    seedDir: join(ROOT, 'seed-flows'),
  });
  // The bridge comes last: once /health answers, everything else does.
  const openRpc = (port: number) =>
    createRpcServer({
      ...{ routes: mesh.routes, guard: mesh.access.guard, scope: mesh.scope, host: config.host, port, log },
      ...{ readiness: mesh.readiness, meter, version: options.version },
    });
  const early = config.port === 0 ? undefined : await openRpc(config.port + 1);
  const bridge = await buildBridge({
    routes: mesh.routes,
    services: servicesOf(mesh.routes),
    transport: mesh.transport,
    host: config.host,
    port: config.port,
    paths: config.paths,
    adminDist: join(ROOT, 'admin-ui', 'dist'),
    publicUrl: config.publicUrl,
    version: options.version,
    mcpCanWrite: config.mcpCanWrite,
    guard: mesh.access.guard,
    scope: mesh.scope,
    ownerGuard: mesh.access.ownerGuard,
    signIn: mesh.access.signIn,
    addressLimit: mesh.access.addressLimit,
    trustedProxies: config.access.trustedProxies,
    log,
    meter,
    pages: opsPages({ readiness: mesh.readiness, metrics }).filter(
      ({ path }) => path === '/livez' || isLoopback(config.host),
    ),
  });
  const rpc = early ?? (await openRpc(bridge.port + 1));
  const watching = new AbortController();
  const watched =
    config.flowsDir === undefined
      ? Promise.resolve()
      : watchFlowsFolder({
          dir: config.flowsDir,
          transport: mesh.transport,
          print: options.print,
          signal: watching.signal,
        });
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    port: bridge.port,
    addresses: {
      http: `http://${host}:${bridge.port}`,
      grpc: `http://${host}:${rpc.port}`,
      sockets: config.paths.sockets,
      sandbox: mesh.sandbox,
    },
    async close() {
      watching.abort();
      await watched;
      const closing = Promise.allSettled([bridge.close(), rpc.close(1000)]);
      await mesh.close();
      await closing;
    },
  };
}

function readyText(addresses: DevAddresses, config: DevConfig): string {
  return [
    `hero-logic is ready.`,
    `  Pages, JSON-RPC, Connect  ${addresses.http}`,
    `  gRPC, Connect (HTTP/2)    ${addresses.grpc}`,
    `  Sockets                   ${addresses.sockets}/rpc.sock, admin.sock`,
    `  Data                      ${config.paths.data}`,
    `  Sandbox                   ${sandboxText(addresses.sandbox)}`,
    ...(config.flowsDir === undefined ? [] : [`  Watched flows             ${config.flowsDir}`]),
  ].join('\n');
}

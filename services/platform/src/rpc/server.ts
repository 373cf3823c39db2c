// A gRPC and Connect server over HTTP/2 without TLS (h2c), with health and reflection.

import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { DescService } from '@bufbuild/protobuf';
import { type ConnectRouter, createConnectRouter, type Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Meter } from '@opentelemetry/api';
import { createAccessInterceptor, createScopeInterceptor } from '../access/access-interceptor.ts';
import type { Guard } from '../access/guard.ts';
import type { ScopeCheck } from '../access/scope.ts';
import type { Log } from '../log.ts';
import type { Readiness } from '../telemetry/readiness.ts';
import { createRpcMetrics } from '../telemetry/rpc-metrics.ts';
import { giveReasons } from './decode-errors.ts';
import { createHealth } from './health.ts';
import { createErrorInterceptor, createValidationInterceptor } from './interceptors.ts';
import { MAX_MESSAGE_BYTES, type Routes } from './local-transport.ts';
import { createReflection } from './reflection.ts';
import { createServerTracing } from './tracing.ts';

export interface RpcServer {
  readonly port: number;
  /** Answers NOT_SERVING, refuses new connections, and waits for running calls up to `graceMs`. */
  close(graceMs: number): Promise<void>;
}

export interface RpcServerOptions {
  readonly routes: readonly Routes[];
  readonly host: string;
  readonly port: number;
  readonly guard: Guard;
  /** Keeps calls within their namespaces; absent = all that it serves are for all. */
  readonly scope?: ScopeCheck | undefined;
  readonly log: Log;
  /** What health says; without it the server is ready from the start until it closes. */
  readonly readiness?: Readiness;
  /** What health tells of itself. */
  readonly version?: string;
  /** Measures the calls. */
  readonly meter?: Meter;
}

export async function createRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const health = createHealth({
    services: () => services,
    isReady: options.readiness?.isReady,
    version: options.version,
  });
  const all = [...options.routes, health.routes, createReflection(() => services)];
  const services = servicesOf(all);
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer(
    connectNodeAdapter({
      routes: (router) => {
        addAll(router, all);
        giveReasons(router);
      },
      interceptors: rpcInterceptors(options),
      readMaxBytes: MAX_MESSAGE_BYTES,
    }),
  );
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  await listen(server, options.port, options.host);
  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs) {
      health.drain();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.close();
      const timer = setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** The interceptors that stand around every handler that is served to the outside; with a meter the calls are measured. */
export function rpcInterceptors(
  options: Pick<RpcServerOptions, 'guard' | 'log'> & {
    readonly scope?: ScopeCheck | undefined;
    readonly meter?: Meter | undefined;
  },
): Interceptor[] {
  const { log, guard, scope, meter } = options;
  const measured = meter === undefined ? [] : [createRpcMetrics(meter)];
  const confined = scope === undefined ? [] : [createScopeInterceptor(scope)];
  const access = [createErrorInterceptor(log), createAccessInterceptor(guard), ...confined];
  return [createServerTracing(), ...measured, ...access, createValidationInterceptor()];
}

/** The services that the routes declare. */
export function servicesOf(routes: readonly Routes[]): DescService[] {
  const router = createConnectRouter();
  addAll(router, routes);
  return [...new Set(router.handlers.map((h) => h.service))];
}

function addAll(router: ConnectRouter, routes: readonly Routes[]): void {
  for (const add of routes) add(router);
}

function listen(server: Http2Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

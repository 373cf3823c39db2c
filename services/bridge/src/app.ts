// Builds the bridge and opens its three doors: TCP (everything), rpc.sock (JSON-RPC, no HTML) and admin.sock (the admin UI with its calls).

import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { DescService } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { fastifyConnectPlugin } from '@connectrpc/connect-fastify';
import {
  type CallLimit,
  type Guard,
  giveReasons,
  HeroError,
  type Log,
  MAX_MESSAGE_BYTES,
  type Meter,
  type OpsPage,
  type Paths,
  type Routes,
  rpcInterceptors,
  type ScopeCheck,
  systemClock,
} from '@hero-logic/platform';
import { limitAddresses } from './http/address-limit.ts';
import { guardSocket, guardTcp, isLoopbackHost } from './http/guard.ts';
import { addHookRoutes } from './http/hook-routes.ts';
import { addMcpRoute } from './http/mcp-route.ts';
import { addHealth, addOpenRpc, addOpsPages, adminManifest, serviceManifest } from './http/pages.ts';
import { addRpcRoute } from './http/rpc-route.ts';
import { addSession, type SignIn } from './http/session.ts';
import { createSite, type Site } from './http/site.ts';
import { addUi } from './http/ui.ts';
import { listenOnSocket } from './http/unix-socket.ts';
import { createDispatch } from './jsonrpc/dispatch.ts';
import { createMethodTable } from './methods.ts';
import { openRpcDocument } from './openrpc/document.ts';
import { writePythonClient } from './python/write-client.ts';

const CLOSE_GRACE_MS = 1000;

export interface BridgeDeps {
  /** Routes of all services, served as Connect and gRPC-Web. */
  readonly routes: readonly Routes[];
  /** Over it JSON-RPC calls reach the services. */
  readonly transport: Transport;
  /** The services that exist; their methods with the option json_rpc are served. */
  readonly services: readonly DescService[];
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly paths: Paths;
  /** Folder of the built admin UI; it may be missing. */
  readonly adminDist: string;
  readonly version: string;
  /** Under which browsers reach this server, "https://example.com/flows"; its path stands before every path. Empty = as it listens. */
  readonly publicUrl?: string;
  /** Who may call over TCP. */
  readonly guard: Guard;
  /** Who may call over the Unix sockets, which only their owner reaches. */
  readonly ownerGuard: Guard;
  /** Keeps calls of Connect and gRPC-Web within their namespaces; absent = the services behind it do. */
  readonly scope?: ScopeCheck | undefined;
  /** How a person signs in with a browser; undefined = nobody is asked to. */
  readonly signIn: SignIn | undefined;
  /** Bounds the requests of one address over TCP; absent = they are not bounded. */
  readonly addressLimit?: CallLimit | undefined;
  /** Proxies (addresses, subnets) whose X-Forwarded-For says which address a request comes from. */
  readonly trustedProxies?: readonly string[];
  readonly log: Log;
  /** Measures the calls of Connect and gRPC-Web. */
  readonly meter?: Meter;
  /** Pages for operators on the TCP port; none where they have a port of their own. */
  readonly pages?: readonly OpsPage[];
  /** Whether MCP clients may write flows. */
  readonly mcpCanWrite?: boolean;
}

export interface Bridge {
  /** "http://127.0.0.1:9820" */
  readonly address: string;
  readonly port: number;
  /** Ends running calls, closes the doors and removes the sockets. */
  close(): Promise<void>;
}

export async function buildBridge(deps: BridgeDeps): Promise<Bridge> {
  const methods = createMethodTable(deps.services);
  const openrpc = openRpcDocument(methods, deps.version);
  const handle = createDispatch({ methods, transport: deps.transport, openrpc, log: deps.log });
  const closing = new AbortController();

  const seen = deps.publicUrl ? new URL(deps.publicUrl) : undefined;
  const basePath = seen?.pathname.replace(/\/$/, '') ?? '';
  const publicHost = seen?.host ?? '';

  const rpcSite = createSite(deps.log);
  guardSocket(rpcSite.app);
  addHealth(rpcSite, serviceManifest(deps.version));
  addOpenRpc(rpcSite, openrpc);
  addRpcRoute(rpcSite, { handle, guard: deps.ownerGuard, closing: closing.signal, log: deps.log });

  const adminSite = createSite(deps.log, basePath);
  guardSocket(adminSite.app);
  addSession(adminSite, { guard: deps.ownerGuard, signIn: undefined, log: deps.log });
  addHealth(adminSite, adminManifest(deps.version));
  addConnect(adminSite, deps, deps.ownerGuard, closing.signal);
  addUi(adminSite, deps.adminDist);

  const tcpSite = createSite(deps.log, basePath, deps.trustedProxies);
  if (deps.addressLimit !== undefined) limitAddresses(tcpSite.app, deps.addressLimit);
  guardTcp(tcpSite.app, { loopbackOnly: isLoopbackHost(deps.host), publicHost });
  addSession(tcpSite, { guard: deps.guard, signIn: deps.signIn, log: deps.log });
  addHealth(tcpSite, serviceManifest(deps.version));
  addOpsPages(tcpSite, deps.pages ?? []);
  addOpenRpc(tcpSite, openrpc);
  addRpcRoute(tcpSite, { handle, guard: deps.guard, closing: closing.signal, log: deps.log });
  addHookRoutes(tcpSite, { transport: deps.transport, log: deps.log });
  addConnect(tcpSite, deps, deps.guard, closing.signal);
  const { transport, guard, version, mcpCanWrite: canWrite = false, log } = deps;
  const clock = systemClock;
  addMcpRoute(tcpSite, { transport, guard, version, canWrite, clock, closing: closing.signal, log });
  addUi(tcpSite, deps.adminDist);

  const sites = [tcpSite, rpcSite, adminSite];
  const close = () => {
    closing.abort(new HeroError('UNAVAILABLE', 'the service is stopping'));
    return closeAll(sites);
  };
  try {
    writePythonClient(deps.paths.routerPython, methods, deps.version);
    await listenOnSocket(rpcSite.app, join(deps.paths.sockets, 'rpc.sock'));
    await listenOnSocket(adminSite.app, join(deps.paths.sockets, 'admin.sock'));
    await listenOnTcp(tcpSite, deps);
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = tcpSite.app.server.address() as AddressInfo;
  return { address: `http://${deps.host.includes(':') ? `[${deps.host}]` : deps.host}:${port}`, port, close };
}

function addConnect(site: Site, deps: BridgeDeps, guard: Guard, closing: AbortSignal): void {
  site.app.register(fastifyConnectPlugin, {
    routes: (router) => {
      for (const add of deps.routes) add(router);
      giveReasons(router);
    },
    interceptors: rpcInterceptors({ log: deps.log, guard, scope: deps.scope, meter: deps.meter }),
    readMaxBytes: MAX_MESSAGE_BYTES,
    shutdownSignal: closing,
  });
}

/** Calls have been told to end; whoever then does not take the reply is cut off. */
async function closeAll(sites: readonly Site[]): Promise<void> {
  const timer = setTimeout(() => {
    for (const { app } of sites) app.server.closeAllConnections();
  }, CLOSE_GRACE_MS);
  await Promise.all(sites.map(({ app }) => app.close()));
  clearTimeout(timer);
}

async function listenOnTcp(site: Site, deps: BridgeDeps): Promise<void> {
  try {
    await site.app.listen({ host: deps.host, port: deps.port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${deps.port} of ${deps.host} is taken; choose another with --port or HERO_LOGIC_PORT`, {
      cause: error,
    });
  }
}

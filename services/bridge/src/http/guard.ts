// Keeps other sites' pages away from a server that browsers reach without a password: a page of another origin may neither call it (CSRF)
// nor read it under a name of its own that points here (DNS rebinding).

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendError } from './site.ts';

export interface GuardOptions {
  /** The server listens on a loopback address: only loopback names may be asked for, and the public one. */
  readonly loopbackOnly: boolean;
  /** Host and port under which a proxy hands requests on to here, "flows.example.com"; empty = none was told. */
  readonly publicHost: string;
}

/** For TCP: refuses foreign hosts and foreign origins with 403. */
export function guardTcp(app: FastifyInstance, options: GuardOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    const problem = problemOf(request, options);
    if (problem !== undefined) await sendError(reply, 403, problem);
  });
}

/** For Unix sockets: no browser reaches them by itself, but a proxy may hand its requests on, with a Host of its own. */
export function guardSocket(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isCrossSite(request)) await sendError(reply, 403, 'pages of other sites may not call this server');
  });
}

function problemOf(request: FastifyRequest, options: GuardOptions): string | undefined {
  const { host, origin } = request.headers;
  const isPublic = (name: string | undefined) => options.publicHost !== '' && name === options.publicHost;
  if (options.loopbackOnly && host !== undefined && !isLoopbackHost(hostName(host)) && !isPublic(host.toLowerCase())) {
    return `this server is reached as localhost, not as ${JSON.stringify(host.slice(0, 200))}`;
  }
  const asking = origin === undefined ? undefined : originHost(origin);
  // Proxies may put a Host of their own where the browser had the public one.
  const isOurs = origin === undefined || asking === host?.toLowerCase() || isPublic(asking);
  if (isCrossSite(request) || !isOurs) {
    return 'pages of other sites may not call this server';
  }
  return undefined;
}

/** Browsers say this by themselves and pages cannot change it. Following a link to the UI is fine. */
function isCrossSite(request: FastifyRequest): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
  const isLink = mode === 'navigate' && (request.method === 'GET' || request.method === 'HEAD');
  return site === 'cross-site' && !isLink;
}

/** Host and port as in a Host header; undefined for "null" and what is no origin. */
function originHost(origin: string): string | undefined {
  try {
    const { host } = new URL(origin);
    return host === '' ? undefined : host;
  } catch {
    return undefined;
  }
}

function hostName(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

export function isLoopbackHost(name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(?:\.\d{1,3}){3}$/.test(bare);
}

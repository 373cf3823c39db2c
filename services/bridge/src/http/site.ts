// One HTTP/1.1 server as the bridge opens three of them: JSON replies for everything that is not found, not allowed or broken, and the
// security headers.

import type { Log, Reason } from '@hero-logic/platform';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

/** A request has to be there within this time. */
const REQUEST_TIMEOUT_MS = 120_000;

export interface Site {
  readonly app: FastifyInstance;
  /** What stands before every path where browsers ask: "" or "/flows". */
  readonly basePath: string;
  /** Declares the verbs of a path, so that others are refused with 405. */
  allow(path: string, verbs: readonly string[]): void;
  /** What answers GET of a page that is no file (the router of the UI is in the browser). */
  onNavigation(send: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): void;
}

/** `trustedProxies`: addresses and subnets of proxies that say from where a request comes. */
export function createSite(log: Log, basePath = '', trustedProxies: readonly string[] = []): Site {
  const app = fastify({
    logger: false,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    // Proxies cut a prefix off or leave it on; both reach the same page.
    rewriteUrl: (request) => withoutPrefix(request.url ?? '/', basePath),
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, _request, reply) => sendError(reply, error.statusCode ?? 400, error.message),
  });
  const allowed = new Map<string, readonly string[]>();
  let navigate: ((request: FastifyRequest, reply: FastifyReply) => Promise<unknown>) | undefined;

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cross-origin-resource-policy', 'same-origin');
    // Before the body is looked at: whatever it holds, the verb is what is wrong.
    const verbs = allowed.get(pathOf(request));
    if (verbs === undefined || verbs.includes(request.method)) return;
    reply.header('allow', verbs.join(', '));
    await sendError(reply, 405, `${request.method} is not allowed here; ${verbs.join(' or ')} is`);
  });
  app.setNotFoundHandler((request, reply) => {
    if (navigate !== undefined && isNavigation(request)) return navigate(request, reply);
    return sendError(reply, 404, 'there is nothing at this path');
  });
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return sendError(reply, status, error.message);
    log.error({ err: error, path: pathOf(request) }, 'a request failed');
    return sendError(reply, 500, 'something broke on our side; the log has the cause');
  });
  return {
    app,
    basePath,
    allow: (path, verbs) => allowed.set(path, verbs),
    onNavigation: (send) => {
      navigate = send;
    },
  };
}

function withoutPrefix(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  return rest === '' || /^[/?]/.test(rest) ? `/${rest.replace(/^\//, '')}` : url;
}

export function pathOf(request: FastifyRequest): string {
  const query = request.url.indexOf('?');
  return query < 0 ? request.url : request.url.slice(0, query);
}

/** Of what goes wrong before any call; any other status is a request that cannot be meant. */
const REASON_OF: Readonly<Record<number, Reason>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'METHOD_NOT_FOUND',
  405: 'METHOD_NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  413: 'TOO_LARGE',
  429: 'RATE_LIMITED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

export function sendError(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ error: { reason: REASON_OF[status] ?? 'INVALID_ARGUMENT', message } }));
}

/** A browser that asks for a page, not for a file of one. */
function isNavigation(request: FastifyRequest): boolean {
  const { accept = '' } = request.headers;
  const lastPart = pathOf(request).split('/').at(-1) ?? '';
  return (
    (request.method === 'GET' || request.method === 'HEAD') && accept.includes('text/html') && !lastPart.includes('.')
  );
}

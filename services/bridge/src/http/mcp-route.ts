// /mcp: the Streamable HTTP transport of MCP. A session is a server of its own in memory; plays are not part of it and outlive it.
// Every request shows who sends it, as on /rpc, and is made on behalf of that caller.

import { randomUUID } from 'node:crypto';
import type { Transport } from '@connectrpc/connect';
import { type Clock, type Guard, type Log, MAX_MESSAGE_BYTES, toHeroError } from '@hero-logic/platform';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport as McpTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createCallerTransport } from '../mcp/caller-transport.ts';
import { createMcpServer } from '../mcp/server.ts';
import { doorStatus } from './door-status.ts';
import { headersOf } from './headers.ts';
import { type Site, sendError } from './site.ts';

export interface McpRouteOptions {
  readonly transport: Transport;
  readonly guard: Guard;
  readonly version: string;
  /** Whether flows may be written. */
  readonly canWrite: boolean;
  readonly clock: Clock;
  /** Aborts when the bridge closes. */
  readonly closing: AbortSignal;
  readonly log: Log;
}

interface Session {
  /** Who began it; empty where nobody is asked. */
  readonly caller: string;
  readonly transport: StreamableHTTPServerTransport;
  /** Requests and streams that are open. */
  open: number;
  usedAtMs: number;
}

const MOST_SESSIONS = 500;
/** That one caller leaves no room for others. */
const MOST_OF_ONE = 100;
const IDLE_MS = 3_600_000;

export function addMcpRoute(site: Site, options: McpRouteOptions): void {
  const sessions = new Map<string, Session>();
  site.allow('/mcp', ['GET', 'POST', 'DELETE']);
  site.app.register(async (app) => {
    app.removeAllContentTypeParsers();
    // The transport reads the body.
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.route({
      method: ['GET', 'POST', 'DELETE'],
      url: '/mcp',
      handler: (request, reply) => answer(request, reply, sessions, options),
    });
  });
  options.closing.addEventListener('abort', () => {
    for (const session of sessions.values()) void session.transport.close();
    sessions.clear();
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  sessions: Map<string, Session>,
  options: McpRouteOptions,
): Promise<FastifyReply | undefined> {
  let caller: string;
  try {
    caller = (await options.guard.identify(headersOf(request))).name;
  } catch (error) {
    const { reason, message } = toHeroError(error);
    return sendError(reply, doorStatus(reason), message);
  }
  const id = request.headers['mcp-session-id'];
  const known = typeof id === 'string' ? sessions.get(id) : undefined;
  if (id !== undefined && known === undefined)
    return sendError(reply, 404, 'there is no such session; initialize anew');
  if (known === undefined && request.method !== 'POST')
    return sendError(reply, 400, 'the header mcp-session-id is missing');
  const full = known === undefined ? makeRoom(sessions, caller, options.clock.now()) : undefined;
  if (full !== undefined) return sendError(reply, 503, `${full} in use; end one, or try again later`);
  const session = known ?? (await open(sessions, caller, options));
  session.open += 1;
  reply.raw.once('close', () => {
    session.open -= 1;
    session.usedAtMs = options.clock.now();
  });
  reply.hijack();
  try {
    await session.transport.handleRequest(request.raw, reply.raw);
  } catch (error) {
    options.log.error({ err: error }, 'an MCP request failed');
    if (!reply.raw.headersSent) reply.raw.writeHead(500);
    reply.raw.end();
  }
  if (session.transport.sessionId === undefined) void session.transport.close(); // it was no initialize, and is answered so
  return undefined;
}

async function open(sessions: Map<string, Session>, caller: string, options: McpRouteOptions): Promise<Session> {
  const { transport: services, guard, version, canWrite, clock } = options;
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    maxRequestBodySize: MAX_MESSAGE_BYTES,
    onsessioninitialized: (id) => {
      sessions.set(id, session);
    },
    onsessionclosed: (id) => void sessions.delete(id),
  });
  const session: Session = { caller, transport, open: 0, usedAtMs: clock.now() };
  const transportFor = (headers: Headers) => createCallerTransport(services, guard, headers);
  await createMcpServer({ transportFor, version, canWrite }).connect(transport as McpTransport);
  return session;
}

/**
 * Closes sessions that nobody has used for an hour, and the longest unused one, of the caller or of all, when there are too many. What is said
 * when that was not enough: all of them are in use.
 */
function makeRoom(sessions: Map<string, Session>, caller: string, nowMs: number): string | undefined {
  const isOwn = (session: Session) => caller !== '' && session.caller === caller;
  const own = () => [...sessions.values()].filter(isOwn).length;
  const idle = [...sessions]
    .filter(([, session]) => session.open === 0)
    .sort(([, a], [, b]) => a.usedAtMs - b.usedAtMs);
  for (const [id, session] of idle) {
    const isTooMany = sessions.size >= MOST_SESSIONS || (isOwn(session) && own() >= MOST_OF_ONE);
    if (nowMs - session.usedAtMs < IDLE_MS && !isTooMany) continue;
    sessions.delete(id);
    void session.transport.close();
  }
  if (own() >= MOST_OF_ONE) return `${MOST_OF_ONE} sessions of ${caller} are`;
  return sessions.size < MOST_SESSIONS ? undefined : `${MOST_SESSIONS} sessions are`;
}

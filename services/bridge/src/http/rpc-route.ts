// POST /rpc. Any content type is taken; the body is at most 32 MiB; the caller hanging up aborts its calls.

import { type Guard, inCallersTrace, type Log, MAX_MESSAGE_BYTES, REASONS } from '@hero-logic/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../jsonrpc/caller.ts';
import type { HandleRpc } from '../jsonrpc/dispatch.ts';
import { errorReply, INTERNAL_ERROR, rpcCodeOf, rpcError } from '../jsonrpc/errors.ts';
import { headersOf } from './headers.ts';
import { readBody } from './read-body.ts';
import type { Site } from './site.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

export interface RpcRouteOptions {
  readonly handle: HandleRpc;
  readonly guard: Guard;
  /** Aborts when the bridge closes. */
  readonly closing: AbortSignal;
  readonly log: Log;
}

export function addRpcRoute(site: Site, options: RpcRouteOptions): void {
  site.allow('/rpc', ['POST']);
  site.app.register(async (app) => {
    app.removeAllContentTypeParsers();
    // The body is read by the handler, whatever its type is called.
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.addHook('onRequest', async (request) => {
      request.raw.headers['content-type'] = 'application/json';
    });
    app.post('/rpc', (request, reply) => answer(request, reply, options));
  });
}

async function answer(request: FastifyRequest, reply: FastifyReply, options: RpcRouteOptions): Promise<FastifyReply> {
  const calls = new AbortController();
  const stop = () => calls.abort(options.closing.reason);
  options.closing.addEventListener('abort', stop);
  reply.raw.once('close', () => {
    options.closing.removeEventListener('abort', stop);
    if (!reply.raw.writableFinished) calls.abort();
  });
  if (options.closing.aborted) stop();
  reply.type(JSON_TYPE);
  try {
    const body = await readBody(request.raw, MAX_MESSAGE_BYTES);
    if (body === undefined) return reply.code(413).send(tooLarge());
    const caller = callerOf(options.guard, headersOf(request));
    const { status, body: text } = await inCallersTrace(request.headers, () =>
      options.handle(body, caller, calls.signal),
    );
    if (status !== 204) return reply.code(status).send(text);
    reply.removeHeader('content-type');
    return reply.code(204).send();
  } catch (error) {
    if (!reply.raw.destroyed) options.log.error({ err: error }, 'a JSON-RPC request failed');
    const message = 'something broke on our side; the log has the cause';
    return reply.code(200).send(errorReply('null', rpcError(INTERNAL_ERROR, 'INTERNAL', message)));
  }
}

function tooLarge(): string {
  const message = `a body holds at most ${MAX_MESSAGE_BYTES} bytes`;
  return errorReply('null', rpcError(rpcCodeOf(REASONS.TOO_LARGE), 'TOO_LARGE', message));
}

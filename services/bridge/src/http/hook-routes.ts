// POST /hooks/TARGET: a delivery to a webhook, per Standard Webhooks. GET and POST /resume/TOKEN: the question of a link, and its answer.
// Both prove themselves, by signature or token, so no key is asked for. A GET never answers: chat programs look at links by themselves.

import { isUtf8 } from 'node:buffer';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { codeToHttpStatus } from '@connectrpc/connect/protocol-connect';
import { type Log, type Reason, timeFromPb, toConnectError, toHeroError } from '@hero-logic/platform';
import { HookService } from '@hero-logic/proto/herologic/scheduler/v1/hook_service_pb';
import { ResumeRequestSchema } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import { DeliveryResult, FireState } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageToJson } from '../codec/encode.ts';
import { readBody } from './read-body.ts';
import { type Site, sendError } from './site.ts';

const MOST_HOOK_BYTES = 1024 * 1024;
const MOST_ANSWER_BYTES = 4 * 1024 * 1024;

export interface HookRoutesOptions {
  readonly transport: Transport;
  readonly log: Log;
}

export function addHookRoutes(site: Site, { transport, log }: HookRoutesOptions): void {
  const hooks = createClient(HookService, transport);
  site.app.register(async (app) => {
    app.removeAllContentTypeParsers();
    // The body is read as it is, because its bytes are what is signed.
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.addHook('onRequest', async (request) => {
      // Whatever its type is called, also one that cannot be read.
      request.raw.headers['content-type'] = 'application/json';
    });
    app.setErrorHandler((error, _request, reply) => refuse(reply, error, log));
    app.post<{ Params: { target: string } }>('/hooks/:target', (request, reply) => deliver(hooks, request, reply));
    app.get<{ Params: { token: string } }>('/resume/:token', (request, reply) =>
      show(hooks, request.params.token, reply),
    );
    app.post<{ Params: { token: string } }>('/resume/:token', (request, reply) => answer(hooks, request, reply));
    refuseVerbs(app, '/hooks/:target', ['POST']);
    refuseVerbs(app, '/resume/:token', ['GET', 'POST']);
  });
}

function refuseVerbs(app: FastifyInstance, url: string, taken: readonly string[]): void {
  const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((verb) => !taken.includes(verb));
  app.route({
    method: others,
    url,
    handler: (request, reply) =>
      sendError(
        reply.header('allow', taken.join(', ')),
        405,
        `${request.method} is not allowed here; ${taken.join(' or ')} is`,
      ),
  });
}

type Hooks = Client<typeof HookService>;

async function deliver(
  hooks: Hooks,
  request: FastifyRequest<{ Params: { target: string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = await readBody(request.raw, MOST_HOOK_BYTES);
  const { result, playSid, state } = await hooks.deliverHook({
    target: request.params.target,
    // What is longer than any good one is refused as it is, and its line is written.
    webhookId: headerOf(request, 'webhook-id').slice(0, 1000),
    webhookTimestamp: headerOf(request, 'webhook-timestamp').slice(0, 1000),
    webhookSignature: headerOf(request, 'webhook-signature').slice(0, 10_000),
    body: body ?? new Uint8Array(),
    oversized: body === undefined,
  });
  const isNew = result === DeliveryResult.ACCEPTED;
  return reply.code(isNew ? 202 : 200).send({
    result: isNew ? 'accepted' : 'duplicate',
    state: FireState[state]?.toLowerCase(),
    ...(playSid === '' ? {} : { play_sid: playSid }),
  });
}

async function show(hooks: Hooks, token: string, reply: FastifyReply): Promise<FastifyReply> {
  const question = await hooks.getLinkedResume({ token });
  return reply
    .code(200)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(messageToJson(ResumeRequestSchema, question));
}

async function answer(
  hooks: Hooks,
  request: FastifyRequest<{ Params: { token: string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = await readBody(request.raw, MOST_ANSWER_BYTES);
  if (body === undefined) return sendReason(reply, 413, 'TOO_LARGE', 'an answer holds at most 4 MiB');
  if (!isUtf8(body)) return sendReason(reply, 400, 'INVALID_JSON', 'the answer is not UTF-8');
  const { resumedAt } = await hooks.answerLinkedResume({
    token: request.params.token,
    payloadJson: body.toString('utf8'),
  });
  return reply.code(200).send({ ok: true, resumed_at: timeFromPb(resumedAt) });
}

function headerOf(request: FastifyRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** Where another status says more than that of the kind of error. */
const STATUS: Partial<Record<Reason, number>> = {
  INVALID_JSON: 400,
  HOOK_UNSIGNED: 401,
  TRIGGER_NOT_FOUND: 404,
  LINK_NOT_FOUND: 404,
  WORKFLOW_NOT_FOUND: 404,
  PLAY_NOT_FOUND: 404,
  RESUME_NOT_FOUND: 404,
  TRIGGER_PAUSED: 409,
  WORKFLOW_ARCHIVED: 409,
  RESUME_ALREADY_ANSWERED: 409,
  RESUME_WITHDRAWN: 410,
  PLAY_ENDED: 410,
  TOO_LARGE: 413,
  HOOK_MAPPING: 422,
  INVALID_INPUT: 422,
  INVALID_PAYLOAD: 422,
  INVALID_ARGUMENT: 422,
  UNAVAILABLE: 503,
};

function refuse(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const hero = toHeroError(error);
  const { reason, message, violations } = hero;
  const status = STATUS[reason] ?? codeToHttpStatus(toConnectError(hero).code);
  if (status === 500) log.error({ err: error }, 'a delivery failed');
  return sendReason(reply, status, reason, message, violations);
}

function sendReason(
  reply: FastifyReply,
  status: number,
  reason: Reason,
  message: string,
  violations: unknown = [],
): FastifyReply {
  return reply.code(status).send({ error: { reason, message, violations } });
}

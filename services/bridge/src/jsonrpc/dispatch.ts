// Runs what a body asks for and words the reply.
//
// - In a batch, calls that change something run one after another in the order given; a read starts once the changes before it have ended
//   and holds up nothing, so a wait and the answer that ends it may stand in one batch.
// - The caller going away ends its calls (`signal`; where its reason is a HeroError, that is what the calls end with). A notification of a call that changes something runs to its end all the same.

import type { Message } from '@bufbuild/protobuf';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import type { Transport } from '@connectrpc/connect';
import { isHeroError, type Log, toHeroError } from '@hero-logic/platform';
import { resultToJson } from '../codec/encode.ts';
import { paramsFromJson } from '../codec/params.ts';
import { bareName, type MethodTable, type RpcMethod } from '../methods.ts';
import type { Caller } from './caller.ts';
import { type BadRequest, envelopeOf, isBadRequest, type RpcRequest } from './envelope.ts';
import { errorReply, METHOD_NOT_FOUND, resultReply, rpcError, rpcErrorOf } from './errors.ts';

interface RpcReply {
  readonly status: 200 | 204 | 400;
  /** Empty for 204. */
  readonly body: string;
}

export type HandleRpc = (body: Uint8Array, caller: Caller, signal: AbortSignal) => Promise<RpcReply>;

export interface DispatchOptions {
  readonly methods: MethodTable;
  readonly transport: Transport;
  /** The bytes of /openrpc.json. */
  readonly openrpc: string;
  readonly log: Log;
}

type Item = RpcRequest | BadRequest;

interface Call {
  readonly isRead: boolean;
  run(caller: Caller, signal: AbortSignal): Promise<string>;
}

export function createDispatch(options: DispatchOptions): HandleRpc {
  const builtIn = new Map([
    ['system.ping', '"pong"'],
    ['rpc.discover', options.openrpc],
  ]);

  function callOf(request: RpcRequest): Call | undefined {
    const name = bareName(request.method);
    const constant = builtIn.get(name);
    if (constant !== undefined) return { isRead: true, run: async () => withoutParams(request.params, constant) };
    const method = options.methods.get(name);
    return (
      method && { isRead: method.isRead, run: (caller, signal) => callService(method, request.params, caller, signal) }
    );
  }

  async function callService(
    method: RpcMethod,
    params: string | undefined,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<string> {
    await caller.admit(method.desc);
    const message = paramsFromJson(method.desc.input, params);
    const reply = await caller.run(method.desc, message, (headers) =>
      options.transport.unary(method.desc, signal, undefined, headers, message),
    );
    return resultToJson(method.desc.output, reply.message as Message, method.resultFields);
  }

  /** The reply, or undefined for a notification. */
  async function answer(
    request: RpcRequest,
    call: Call | undefined,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { id } = request;
    if (call === undefined) return id === undefined ? undefined : errorReply(id, unknownMethod(request.method));
    try {
      const result = await call.run(caller, id === undefined && !call.isRead ? new AbortController().signal : signal);
      return id === undefined ? undefined : resultReply(id, result);
    } catch (error) {
      const hero = toHeroError(isHeroError(signal.reason) ? signal.reason : error);
      if (hero.reason === 'INTERNAL')
        options.log.error({ err: hero.cause ?? hero, method: request.method }, 'a call failed');
      return id === undefined ? undefined : errorReply(id, rpcErrorOf(hero));
    }
  }

  async function answerAll(items: readonly Item[], caller: Caller, signal: AbortSignal): Promise<string[]> {
    const replies: Promise<string | undefined>[] = [];
    for (const item of items) {
      if (isBadRequest(item)) {
        replies.push(Promise.resolve(errorReply(item.id, item.error)));
        continue;
      }
      const call = callOf(item);
      const reply = answer(item, call, caller, signal);
      replies.push(reply);
      if (call !== undefined && !call.isRead) await reply;
    }
    return (await Promise.all(replies)).filter((r) => r !== undefined);
  }

  return async (body, caller, signal) => {
    const envelope = envelopeOf(body);
    if (envelope.kind === 'unparsable') return { status: 400, body: errorReply('null', envelope.error) };
    const items = envelope.kind === 'single' ? [envelope.item] : envelope.items;
    const replies = await answerAll(items, caller, signal);
    if (replies.length === 0) return { status: 204, body: '' };
    return { status: 200, body: envelope.kind === 'single' ? (replies[0] as string) : `[${replies.join(',')}]` };
  };
}

function withoutParams(params: string | undefined, result: string): string {
  paramsFromJson(EmptySchema, params);
  return result;
}

function unknownMethod(name: string) {
  const shown = name.length > 200 ? `${name.slice(0, 200)}…` : name;
  return rpcError(METHOD_NOT_FOUND, 'METHOD_NOT_FOUND', `no method ${JSON.stringify(shown)}; rpc.discover lists them`);
}

// Clients of services that live in the same process: the same interceptors, no socket. A unary call goes straight to its
// implementation; its messages are not written out, so neither side may change one that it has sent. Streams take connect's own way.

import { create, type DescMethod, type DescMethodUnary, type Message, type MessageInitShape } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type ConnectRouter,
  createHandlerContext,
  createRouterTransport,
  type HandlerContext,
  type Interceptor,
  type Transport,
  type UnaryResponse,
} from '@connectrpc/connect';
import { createScopeInterceptor } from '../access/access-interceptor.ts';
import type { ScopeCheck } from '../access/scope.ts';
import type { Log } from '../log.ts';
import { createErrorInterceptor, createValidationInterceptor } from './interceptors.ts';
import { createServerTracing } from './tracing.ts';

export type Routes = (router: ConnectRouter) => void;

type Implementation = (message: Message, context: HandlerContext) => unknown;

export interface LocalTransportOptions {
  readonly routes: readonly Routes[];
  readonly log: Log;
  /** Keeps calls within their namespaces. */
  readonly scope?: ScopeCheck | undefined;
}

export function createLocalTransport(options: LocalTransportOptions): Transport {
  const { log, scope } = options;
  const confined = scope === undefined ? [] : [createScopeInterceptor(scope)];
  const interceptors = [createServerTracing(), createErrorInterceptor(log), ...confined, createValidationInterceptor()];
  const implementations = new Map<DescMethod, Implementation>();
  const routed = createRouterTransport(
    (router) => {
      const noting = noteUnary(router, implementations);
      for (const add of options.routes) add(noting);
    },
    { router: { interceptors, readMaxBytes: MAX_MESSAGE_BYTES } },
  );
  return {
    stream: routed.stream,
    async unary(method, signal, timeoutMs, headers, input, contextValues) {
      const run = implementations.get(method);
      if (run === undefined) return routed.unary(method, signal, timeoutMs, headers, input, contextValues);
      const context = createHandlerContext({
        service: method.parent,
        method,
        protocolName: 'local',
        requestMethod: 'POST',
        url: `local://${method.parent.typeName}/${method.name}`,
        ...(headers === undefined ? {} : { requestHeader: headers }),
        ...(signal === undefined ? {} : { requestSignal: signal }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(contextValues === undefined ? {} : { contextValues }),
      });
      const call = callDirectly({ run, interceptors, context, method, message: create(method.input, input) });
      try {
        return (await unlessAborted(context.signal, call)) as UnaryResponse<typeof method.input, typeof method.output>;
      } finally {
        context.abort(OVER);
      }
    },
  };
}

/** A reason of our own: without one each abort would make a DOMException with the stack of its place. */
const OVER = new Error('the call is over');

/** The router, telling of each unary implementation that it is given. */
function noteUnary(router: ConnectRouter, known: Map<DescMethod, Implementation>): ConnectRouter {
  const noting: ConnectRouter = {
    handlers: router.handlers,
    service(service, implementation, options) {
      const given = implementation as Record<string, Implementation | undefined>;
      for (const method of service.methods) {
        const run = given[method.localName];
        if (method.methodKind === 'unary' && run !== undefined) known.set(method, run.bind(implementation));
      }
      router.service(service, implementation, options);
      return noting;
    },
    rpc(method, implementation, options) {
      if (method.methodKind === 'unary') known.set(method, implementation as unknown as Implementation);
      router.rpc(method, implementation, options);
      return noting;
    },
  };
  return noting;
}

interface DirectCall {
  readonly run: Implementation;
  readonly interceptors: readonly Interceptor[];
  readonly context: HandlerContext;
  readonly method: DescMethodUnary;
  readonly message: Message;
}

type AnyCall = Parameters<Interceptor>[0];

function callDirectly({ run, interceptors, context, method, message }: DirectCall): ReturnType<AnyCall> {
  const { requestHeader: header, responseHeader, responseTrailer: trailer, values, ...common } = context;
  let call: AnyCall = async (request) => {
    const output = await run(request.message as Message, {
      ...context,
      requestHeader: request.header,
      signal: request.signal,
      values: request.contextValues,
    });
    const reply = create(method.output, output as MessageInitShape<typeof method.output>);
    return { stream: false, service: method.parent, method, header: responseHeader, trailer, message: reply };
  };
  for (const around of interceptors.toReversed()) call = around(call);
  const { service, requestMethod, url, signal } = common;
  return call({ stream: false, service, method, requestMethod, url, signal, header, contextValues: values, message });
}

/** The caller does not wait past its deadline, or once it has gone away, for a handler that does not look. */
function unlessAborted<T>(signal: AbortSignal, call: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(ConnectError.from(signal.reason, Code.Canceled));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
    // Before anybody hears of the end: the signal aborts then, too.
    const over = () => signal.removeEventListener('abort', give);
    call.finally(over).then(resolve, reject);
  });
}

/** A body of at most 32 MiB. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** A transport that is made on its first call: services that call each other can be built in any order. */
export function createLazyTransport(make: () => Transport): Transport {
  let made: Transport | undefined;
  const get = () => {
    made ??= make();
    return made;
  };
  return {
    unary: (...args) => get().unary(...args),
    stream: (...args) => get().stream(...args),
  };
}

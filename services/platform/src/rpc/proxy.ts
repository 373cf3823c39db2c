// Serves services that live elsewhere: every call is passed on as it is, unary and server streams.

import type { DescMethod, DescService, Message } from '@bufbuild/protobuf';
import type { HandlerContext, ServiceImpl, Transport } from '@connectrpc/connect';
import { principalOf, writePrincipal } from '../access/principal.ts';
import type { Routes } from './local-transport.ts';

export function createProxyRoutes(services: readonly DescService[], transport: Transport): Routes {
  return (router) => {
    for (const service of services) {
      const handlers = service.methods.map((method) => [method.localName, handler(method, transport)]);
      router.service(service, Object.fromEntries(handlers) as Partial<ServiceImpl<DescService>>);
    }
  };
}

function handler(method: DescMethod, transport: Transport) {
  if (method.methodKind === 'unary') {
    return async (request: Message, context: HandlerContext) => {
      const { signal, values } = context;
      const response = await transport.unary(
        method as DescMethod & { methodKind: 'unary' },
        signal,
        timeLeft(context),
        principalHeaders(context),
        request,
        values,
      );
      return response.message;
    };
  }
  return async function* (request: Message, context: HandlerContext) {
    const { signal, values } = context;
    const requests = (async function* () {
      yield request;
    })();
    const response = await transport.stream(
      method as DescMethod & { methodKind: 'server_streaming' },
      signal,
      timeLeft(context),
      principalHeaders(context),
      requests,
      values,
    );
    yield* response.message;
  };
}

/** Who the door took the caller for. */
function principalHeaders({ requestHeader }: HandlerContext): Headers {
  const headers = new Headers();
  writePrincipal(headers, principalOf(requestHeader));
  return headers;
}

/** Whole milliseconds: a fraction is refused on the way. */
function timeLeft(context: HandlerContext): number | undefined {
  const left = context.timeoutMs();
  return left === undefined ? undefined : Math.ceil(left);
}

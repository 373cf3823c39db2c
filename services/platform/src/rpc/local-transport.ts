// Clients of services that live in the same process: the same interceptors and codecs, no socket.

import { type ConnectRouter, createRouterTransport, type Transport } from '@connectrpc/connect';
import type { Log } from '../log.ts';
import { createErrorInterceptor, createValidationInterceptor } from './interceptors.ts';
import { createServerTracing } from './tracing.ts';

export type Routes = (router: ConnectRouter) => void;

export function createLocalTransport(options: { routes: readonly Routes[]; log: Log }): Transport {
  return createRouterTransport(
    (router) => {
      for (const add of options.routes) add(router);
    },
    {
      router: {
        interceptors: [createServerTracing(), createErrorInterceptor(options.log), createValidationInterceptor()],
        readMaxBytes: MAX_MESSAGE_BYTES,
      },
    },
  );
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

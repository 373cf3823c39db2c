// The guard of a Connect or gRPC server. Health and reflection are nobody's secret and stay open.

import type { Message } from '@bufbuild/protobuf';
import type { Interceptor } from '@connectrpc/connect';
import type { Guard } from './guard.ts';
import { writePrincipal } from './principal.ts';

const OURS = /^herologic\./;

export function createAccessInterceptor(guard: Guard): Interceptor {
  return (next) => async (req) => {
    if (!OURS.test(req.service.typeName)) return next(req);
    const principal = await guard.identify(req.header);
    writePrincipal(req.header, principal);
    return guard.run(principal, req.method, req.stream ? undefined : (req.message as Message), () => next(req));
  };
}

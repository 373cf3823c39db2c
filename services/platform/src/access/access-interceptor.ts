// The guard of a Connect or gRPC server, and the check that keeps a call within its namespace. Health and reflection are nobody's secret and stay
// open.

import type { Message } from '@bufbuild/protobuf';
import type { Interceptor } from '@connectrpc/connect';
import type { Guard } from './guard.ts';
import { principalOf, writePrincipal } from './principal.ts';
import type { ScopeCheck } from './scope.ts';

const OURS = /^herologic\./;

export function createAccessInterceptor(guard: Guard): Interceptor {
  return (next) => async (req) => {
    if (!OURS.test(req.service.typeName)) return next(req);
    const principal = await guard.identify(req.header);
    writePrincipal(req.header, principal);
    return guard.run(principal, req.method, req.stream ? undefined : (req.message as Message), () => next(req));
  };
}

/** Stands before every handler, also where no guard does: what a door wrote says in which namespace the call acts. */
export function createScopeInterceptor(check: ScopeCheck): Interceptor {
  return (next) => async (req) => {
    const { namespace } = principalOf(req.header);
    if (namespace === undefined || !OURS.test(req.service.typeName)) return next(req);
    if (!req.stream) {
      await check(namespace, req.method, req.message);
      return next(req);
    }
    const { message: messages } = req;
    const checked = async function* () {
      for await (const message of messages) {
        await check(namespace, req.method, message);
        yield message;
      }
    };
    return next({ ...req, message: checked() });
  };
}

// Who sent a body: found out once, before the first of its calls.

import type { DescMethod, Message } from '@bufbuild/protobuf';
import { type Guard, type Principal, writePrincipal } from '@hero-logic/platform';

export interface Caller {
  /** UNAUTHENTICATED: nobody that we know. PERMISSION_DENIED: it may not call this. */
  admit(method: DescMethod): Promise<void>;
  /** Runs a call, if the caller may; `headers` say to the service who it is. */
  run<T>(method: DescMethod, message: Message, call: (headers: Headers) => Promise<T>): Promise<T>;
}

export function callerOf(guard: Guard, sent: Headers): Caller {
  let known: Promise<Principal> | undefined;
  const identify = () => {
    known ??= guard.identify(sent);
    return known;
  };
  return {
    admit: async (method) => guard.admit(await identify(), method),
    async run(method, message, call) {
      const principal = await identify();
      const headers = new Headers();
      writePrincipal(headers, principal);
      return guard.run(principal, method, message, () => call(headers));
    },
  };
}

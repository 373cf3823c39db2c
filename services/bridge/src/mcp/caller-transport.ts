// Calls on behalf of whoever sent a request: the guard asks who it is, whether it may, and writes down what it changed.

import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { type Guard, HeroError } from '@hero-logic/platform';
import { callerOf } from '../jsonrpc/caller.ts';

export function createCallerTransport(transport: Transport, guard: Guard, sent: Headers): Transport {
  const caller = callerOf(guard, sent);
  return {
    unary(method, signal, timeoutMs, _header, input, contextValues) {
      const message = create<DescMessage>(method.input, input as MessageInitShape<DescMessage>);
      return caller.run(method, message, (headers) =>
        transport.unary(method, signal, timeoutMs, headers, input, contextValues),
      );
    },
    stream() {
      throw new HeroError('INTERNAL', 'the MCP server makes no streaming calls');
    },
  };
}

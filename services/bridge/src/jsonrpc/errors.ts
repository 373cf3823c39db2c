// Errors as JSON-RPC says them: -32700, -32600 and -32601 as in the specification, INVALID_ARGUMENT -32602, INTERNAL -32603, and every other
// gRPC code n as -32000 - n. error.data = { reason, violations, metadata }.

import { Code } from '@connectrpc/connect';
import { type HeroError, REASONS, type Reason, type Violation } from '@hero-logic/platform';

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data: {
    readonly reason: Reason;
    readonly violations: readonly Violation[];
    readonly metadata: Readonly<Record<string, string>>;
  };
}

export function rpcError(code: number, reason: Reason, message: string): RpcError {
  return { code, message, data: { reason, violations: [], metadata: {} } };
}

export function rpcErrorOf(error: HeroError): RpcError {
  const { reason, message, violations, metadata } = error;
  return { code: rpcCodeOf(REASONS[reason]), message, data: { reason, violations, metadata } };
}

export function rpcCodeOf(code: Code): number {
  if (code === Code.InvalidArgument) return INVALID_PARAMS;
  if (code === Code.Internal) return INTERNAL_ERROR;
  return -32000 - code;
}

/** `id` and `result` are JSON texts: an id comes back as it was written. */
export function resultReply(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
}

export function errorReply(id: string, error: RpcError): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}`;
}

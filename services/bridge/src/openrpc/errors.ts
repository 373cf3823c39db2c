// The errors of every call, one per code (OpenRPC wants codes to be unique), each with its reasons.

import { Code } from '@connectrpc/connect';
import { REASONS, type Reason } from '@hero-logic/platform';
import { INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, rpcCodeOf } from '../jsonrpc/errors.ts';

export interface ErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly reasons: readonly string[] };
}

/** By name, "NotFound". */
export function errorComponents(): Record<string, ErrorObject> {
  const reasons = new Map<Code, Reason[]>();
  for (const [reason, code] of Object.entries(REASONS) as [Reason, Code][]) {
    reasons.set(code, [...(reasons.get(code) ?? []), reason]);
  }
  const found: Record<string, ErrorObject> = {
    ParseError: { code: PARSE_ERROR, message: 'The body is not JSON', data: { reasons: ['INVALID_JSON'] } },
    InvalidRequest: { code: INVALID_REQUEST, message: 'Not a request', data: { reasons: ['INVALID_ARGUMENT'] } },
    MethodNotFound: { code: METHOD_NOT_FOUND, message: 'No such method', data: { reasons: ['METHOD_NOT_FOUND'] } },
  };
  for (const [code, list] of [...reasons].sort(([a], [b]) => a - b)) {
    found[Code[code]] = { code: rpcCodeOf(code), message: spaced(Code[code]), data: { reasons: list } };
  }
  return found;
}

/** "FailedPrecondition" -> "Failed precondition" */
function spaced(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

// What connect refuses before it calls anything of ours, above all a body that is no message, gets a reason like every other refusal over the
// Connect protocol. Bytes that are no text are the caller's fault: connect calls that internal.

import { gunzipSync } from 'node:zlib';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import type { UniversalHandler, UniversalServerResponse } from '@connectrpc/connect/protocol';
import { codeFromString, codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import { toConnectError } from '../errors/connect.ts';

/** For a router that has all its services. */
export function giveReasons(router: ConnectRouter): void {
  const handlers = router.handlers as UniversalHandler[];
  for (const [i, handler] of handlers.entries()) {
    const withReason: UniversalHandler = Object.assign(
      async (request: Parameters<UniversalHandler>[0]) => reasoned(await handler(request)),
      handler,
    );
    handlers[i] = withReason;
  }
}

async function reasoned(response: UniversalServerResponse): Promise<UniversalServerResponse> {
  const { status, header = new Headers(), body } = response;
  if (status < 400 || body === undefined || header.get('content-type') !== 'application/json') return response;
  const bytes = await collected(body);
  const error = parsedError(header.get('content-encoding') === 'gzip' ? gunzipSync(bytes) : bytes);
  if (error === undefined) return { ...response, body: once(bytes) };
  header.delete('content-encoding');
  header.delete('content-length');
  return { ...response, status: codeToHttpStatus(error.code), header, body: once(errorToJsonBytes(error, undefined)) };
}

/** The error with a reason; undefined: it has one. */
function parsedError(bytes: Uint8Array): ConnectError | undefined {
  const {
    code = '',
    message = '',
    details = [],
  } = JSON.parse(Buffer.from(bytes).toString()) as {
    code?: string;
    message?: string;
    details?: unknown[];
  };
  if (details.length > 0) return undefined;
  const isUnreadable = /^parse binary|^cannot decode/.test(message);
  return toConnectError(new ConnectError(message, isUnreadable ? Code.InvalidArgument : codeFromString(code)));
}

async function collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

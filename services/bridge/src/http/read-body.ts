// The body of a request, up to a bound. A larger one is read to its end and thrown away, because many clients look for the reply only when
// they have sent everything; one that goes on and on is cut off.

import type { IncomingMessage } from 'node:http';

/** How many times the bound is read before the connection is cut. */
const PATIENCE = 8;

/** undefined = larger than `most` bytes. Rejects when the caller goes away. */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= most) chunks.push(chunk);
    else chunks.length = 0;
    if (size > most * PATIENCE) break;
  }
  return size > most ? undefined : Buffer.concat(chunks);
}

// Ports for servers that are told theirs. They lie below those that the system hands out by itself, so that no outgoing connection takes one
// between the look and the use.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOWEST = 10_000;
const HIGHEST = 32_000;

/** The first of `count` ports in a row on which nobody listens. */
export async function freePorts(count: number): Promise<number> {
  const first = randomInt(LOWEST, HIGHEST - count);
  for (let port = first; port < first + count; port++) if (!(await isFree(port))) return freePorts(count);
  return first;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

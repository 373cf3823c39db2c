// A way to a MongoDB that can be cut or slow, as a network can.

import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface Relay {
  /** Without a database. */
  readonly url: string;
  cut(): Promise<void>;
  /** From now on all bytes arrive later by this time, in order; until `mend`. */
  slow(ms: number): void;
  mend(): void;
  close(): Promise<void>;
}

/** Passes bytes to a server, until it is cut. */
export async function createRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  const later = () =>
    new Transform({
      transform(chunk, _encoding, done) {
        if (delayMs === 0) done(null, chunk);
        else setTimeout(done, delayMs, null, chunk);
      },
    });
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(later()).pipe(to);
    }
    return client;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = async () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mongodb://127.0.0.1:${(server.address() as { port: number }).port}`,
    cut,
    slow: (ms) => {
      delayMs = ms;
    },
    mend: () => {
      isCut = false;
      delayMs = 0;
    },
    async close() {
      await cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

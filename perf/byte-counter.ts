// Counts what goes to a server and comes back: a way to it through this process.

import { connect, createServer, type Socket } from 'node:net';

export interface ByteCounter {
  /** Where the server is found this way. */
  readonly address: string;
  /** In both directions so far. */
  bytes(): number;
  close(): void;
}

export async function createByteCounter(address: string): Promise<ByteCounter> {
  const target = new URL(address);
  const sockets = new Set<Socket>();
  let bytes = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay();
      from.on('data', (chunk) => {
        bytes += chunk.length;
      });
      from.on('error', () => {}); // 'close' follows
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: address.replace(target.host, `127.0.0.1:${(server.address() as { port: number }).port}`),
    bytes: () => bytes,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

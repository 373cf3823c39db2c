// Where the writers of a round meet: they wait until all are there, begin together, and stay until all that they wrote is durable.

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface Gate {
  readonly path: string;
  /** So many writers have connected to the executor. */
  ready(): Promise<void>;
  /** They begin; resolves when all of them have said that all is durable. */
  open(): Promise<void>;
  /** They leave. */
  close(): void;
}

export async function createGate(path: string, writers: number): Promise<Gate> {
  const sockets: Socket[] = [];
  const heard = { ready: countdown(writers), done: countdown(writers) };
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {}); // a writer that died; its play tells why
    createInterface({ input: socket }).on('line', (line) => heard[line as keyof typeof heard].one());
  });
  server.listen(path);
  await once(server, 'listening');
  const tell = (word: string) => {
    for (const socket of sockets) socket.write(`${word}\n`);
  };
  return {
    path,
    ready: () => heard.ready.all,
    open() {
      tell('go');
      return heard.done.all;
    },
    close() {
      tell('leave');
      server.close();
    },
  };
}

function countdown(from: number): { one(): void; readonly all: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = from;
  return {
    one() {
      left -= 1;
      if (left === 0) resolve();
    },
    all: promise,
  };
}

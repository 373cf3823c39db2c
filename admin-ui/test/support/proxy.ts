// A reverse proxy as people put before this server: below a prefix that it cuts off or leaves on, and a way that can be slow, be cut, or hold
// replies back until their end.

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ReverseProxy {
  /** "http://127.0.0.1:1234/flows" */
  readonly url: string;
  /** How long each reply waits. */
  delayMs: number;
  /** Replies come as a whole or not at all. */
  holdsBack: boolean;
  /** Whether the prefix is cut off. */
  cutsPrefix: boolean;
  /** Ends what goes through now, and refuses what comes. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** `target` is read at each request: it may only be known later. */
export async function startProxy(target: () => string, prefix = ''): Promise<ReverseProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((incoming, reply) => {
    if (isCut) return void incoming.socket.destroy();
    if (prefix !== '' && !incoming.url?.startsWith(`${prefix}/`)) return void reply.writeHead(404).end();
    pass(proxy, target(), proxy.cutsPrefix ? (incoming.url ?? '').slice(prefix.length) : (incoming.url ?? ''), {
      incoming,
      reply,
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const proxy: ReverseProxy = {
    url: `http://127.0.0.1:${port}${prefix}`,
    delayMs: 0,
    holdsBack: false,
    cutsPrefix: true,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function pass(
  proxy: ReverseProxy,
  target: string,
  path: string,
  { incoming, reply }: { incoming: IncomingMessage; reply: ServerResponse },
): void {
  const { host, port } = new URL(target);
  // It puts a Host of its own, as most do.
  const onward = request({
    host: '127.0.0.1',
    port,
    path,
    method: incoming.method,
    headers: { ...incoming.headers, host },
  });
  onward.on('error', () => reply.destroy());
  onward.on('response', async (back) => {
    if (proxy.delayMs > 0) await sleep(proxy.delayMs);
    back.on('error', () => reply.destroy());
    reply.writeHead(back.statusCode ?? 502, back.headers);
    if (!proxy.holdsBack) return void back.pipe(reply);
    const chunks: Buffer[] = [];
    back.on('data', (chunk: Buffer) => chunks.push(chunk));
    back.on('end', () => reply.end(Buffer.concat(chunks)));
  });
  reply.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

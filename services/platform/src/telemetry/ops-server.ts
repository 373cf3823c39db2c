// Serves the pages for operators over HTTP/1.1 on a port of their own: Prometheus and the kubelet do not speak HTTP/2 without TLS.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../log.ts';
import type { OpsPage } from './ops-pages.ts';

export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface OpsServerOptions {
  readonly pages: readonly OpsPage[];
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly log: Log;
}

export async function createOpsServer({ pages, host, port, log }: OpsServerOptions): Promise<OpsServer> {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  const server = createServer((request, response) => {
    const page = byPath.get((request.url ?? '').split('?')[0] ?? '');
    if (page === undefined)
      return send(response, 404, `there is nothing here; there are ${[...byPath.keys()].join(', ')}\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'only GET and HEAD\n');
    page.answer().then(
      ({ status, type, body }) => send(response, status, body, type),
      (error: unknown) => {
        log.error({ err: error, path: page.path }, 'a page for operators failed');
        send(response, 500, 'something broke on our side; the log has the cause\n');
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

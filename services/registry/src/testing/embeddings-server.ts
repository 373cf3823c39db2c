// A real HTTP server that speaks OpenAI's protocol for embeddings. Its model knows a few concepts: texts about the same one are close.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EmbeddingsServer {
  readonly url: string;
  /** Texts of each request, with its authorization. */
  readonly asked: { readonly texts: readonly string[]; readonly key: string | undefined; readonly model: string }[];
  /** Numbers that each vector has beyond those of the model. */
  more: number;
  /** Answers instead of the model; undefined = the model. */
  instead: ((reply: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

const CONCEPTS = [
  ['invoice', 'bill', 'charge'],
  ['holiday', 'vacation', 'leave'],
  ['parcel', 'package', 'shipment'],
];

export async function startEmbeddingsServer(): Promise<EmbeddingsServer> {
  const http = createServer((request, reply) => void answer(request, reply));
  const asked: EmbeddingsServer['asked'] = [];
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: EmbeddingsServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    asked,
    more: 0,
    instead: undefined,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { model, input } = JSON.parse(body) as { model: string; input: string[] };
    asked.push({ texts: input, key: request.headers.authorization, model });
    if (request.url !== '/v1/embeddings' || request.method !== 'POST') reply.writeHead(404).end();
    else if (server.instead !== undefined) server.instead(reply);
    else {
      const data = input.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text, server.more) }));
      reply.setHeader('content-type', 'application/json');
      // Not in their order, as the protocol allows.
      reply.end(JSON.stringify({ object: 'list', model, data: data.reverse() }));
    }
  }
  return server;
}

function vectorOf(text: string, more: number): number[] {
  const lower = text.toLowerCase();
  return [
    ...CONCEPTS.map((words) => (words.some((word) => lower.includes(word)) ? 3 : 0.01)),
    0.5,
    ...new Array<number>(more).fill(0.1),
  ];
}

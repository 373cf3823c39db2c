// The admin UI: the files of its build, and its start page for every path that is a page. Without a build, one page that says how to get it.

import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { Site } from './site.ts';

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>hero-logic</title>
<h1>hero-logic is running</h1>
<p>The admin UI has not been built. Run <code>npm run build -w admin-ui</code> in the repository and start again.</p>
<p>The API is here all the same: <a href="/openrpc.json">/openrpc.json</a>, <a href="/health">/health</a>.</p>
</html>
`;

export function addUi(site: Site, dist: string): void {
  site.app.addHook('onSend', async (_request, reply) => {
    if (!String(reply.getHeader('content-type') ?? '').startsWith('text/html')) return;
    reply.header('content-security-policy', POLICY);
    reply.header('x-frame-options', 'DENY');
    reply.header('cross-origin-opener-policy', 'same-origin');
  });
  if (!existsSync(join(dist, 'index.html'))) {
    const send = async (reply: FastifyReply) =>
      reply.code(200).type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(NOT_BUILT);
    site.app.get('/', (_request, reply) => send(reply));
    site.onNavigation(send);
    return;
  }
  site.app.register(fastifyStatic, {
    root: dist,
    // Names of built assets carry a hash of their content; everything else is asked for again.
    cacheControl: false,
    setHeaders: (reply, path) => {
      const forEver = path.startsWith(join(dist, 'assets') + sep);
      reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  site.onNavigation((reply) => Promise.resolve(reply.code(200).sendFile('index.html')));
}

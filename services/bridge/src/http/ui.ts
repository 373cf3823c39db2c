// The admin UI: the files of its build, and its start page for every path that is a page. Without a build, one page that says how to get it.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { preloadsOf } from './preloads.ts';
import { pathOf, type Site } from './site.ts';

/** As index.html of the build has it. */
const BASE = '<base href="/" />';
const NONCE = '{{nonce}}';

/** Styles that the editor makes by itself carry the nonce of their page; nothing else may be inline. */
const policyWith = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'self'",
    "form-action 'self'",
  ].join('; ');

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>hero-logic</title>
<base href="/" />
<h1>hero-logic is running</h1>
<p>The admin UI has not been built. Run <code>npm run build -w admin-ui</code> in the repository and start again.</p>
<p>The API is here all the same: <a href="openrpc.json">openrpc.json</a>, <a href="health">health</a>.</p>
</html>
`;

export function addUi(site: Site, dist: string): void {
  const index = join(dist, 'index.html');
  const isBuilt = existsSync(index);
  const pages = join(dist, 'pages.json');
  const preloads = preloadsOf(existsSync(pages) ? readFileSync(pages, 'utf8') : '{}');
  const send = async (request: FastifyRequest, reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64');
    const page = isBuilt ? await readFile(index, 'utf8') : NOT_BUILT;
    return reply
      .code(200)
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', policyWith(nonce))
      .header('x-frame-options', 'DENY')
      .header('cross-origin-opener-policy', 'same-origin')
      .send(
        page
          .replace(BASE, `<base href="${site.basePath}/" />`)
          .replace('</head>', `${preloads(pathOf(request))}</head>`)
          .replaceAll(NONCE, nonce),
      );
  };
  site.app.get('/', send);
  site.onNavigation(send);
  if (!isBuilt) return;
  site.app.get('/index.html', send);
  site.app.register(fastifyStatic, {
    root: dist,
    index: false,
    // The build puts a compressed twin beside each of its files.
    preCompressed: true,
    // Names of built assets carry a hash of their content; everything else is asked for again.
    cacheControl: false,
    setHeaders: (reply, path) => {
      const forEver = path.startsWith(join(dist, 'assets') + sep);
      reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

// Contract: HERO_LOGIC_PUBLIC_URL with a path puts the whole door below it. A proxy may cut the prefix off or leave it on, and keep the public
// Host or put its own; the start page says where its files and links lie; cookies stay below the prefix. Other hosts stay refused.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { http, startTestBridge, type TestBridge } from './test-bridge.ts';

const HTML = { accept: 'text/html' };
const PING = '{"jsonrpc":"2.0","id":1,"method":"system.ping"}';

let bridge: TestBridge;
const dist = createTempDir();
beforeAll(async () => {
  mkdirSync(join(dist.path, 'assets'));
  writeFileSync(join(dist.path, 'index.html'), '<base href="/" /><meta property="csp-nonce" nonce="{{nonce}}" />');
  writeFileSync(join(dist.path, 'assets', 'app-1a2b.js'), 'export {}');
  bridge = await startTestBridge({ adminDist: dist.path, publicUrl: 'https://example.com/team/flows' });
});
afterAll(async () => {
  await bridge.close();
  dist.remove();
});
const get = (path: string, headers: Record<string, string> = {}) => http({ port: bridge.port, path, headers });

test('with and without the prefix, the page, its files and the calls are there', async () => {
  for (const prefix of ['/team/flows', '']) {
    for (const path of [`${prefix}/`, `${prefix}/index.html`, `${prefix}/plays/01abc?view=graph`]) {
      expect((await get(path, HTML)).text).toContain('<base href="/team/flows/" />');
    }
    expect(await get(`${prefix}/assets/app-1a2b.js`)).toMatchObject({ status: 200 });
    expect(await get(`${prefix}/health`)).toMatchObject({ status: 200 });
    const call = { port: bridge.port, method: 'POST', path: `${prefix}/rpc`, body: PING };
    expect(JSON.parse((await http(call)).text)).toMatchObject({ result: 'pong' });
  }
  expect((await get('/team/flows', HTML)).text).toContain('<base href="/team/flows/" />');
  expect(await get('/team/flowsome/health')).toMatchObject({ status: 404 });
});

test('the public host may ask, and a proxy that puts its own Host does no harm; others may not', async () => {
  const ask = async (headers: Record<string, string>) => (await get('/health', headers)).status;
  expect(await ask({ host: 'example.com', origin: 'https://example.com' })).toBe(200);
  expect(await ask({ origin: 'https://example.com' })).toBe(200);
  expect(await ask({ host: 'example.com.evil.example' })).toBe(403);
  expect(await ask({ host: 'example.com', origin: 'https://evil.example' })).toBe(403);
});

test('a page has a nonce of its own in its policy, and nothing else may be inline', async () => {
  const pages = [await get('/', HTML), await get('/plays', HTML)];
  const nonces = pages.map((p) => /nonce="([^"]+)"/.exec(p.text)?.[1]);
  expect(new Set(nonces).size).toBe(2);
  for (const [at, { headers }] of pages.entries()) {
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain(`style-src 'self' 'nonce-${nonces[at]}'`);
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).not.toContain('unsafe');
  }
});

// Contract: TCP serves everything, to this machine's own pages only; rpc.sock serves JSON-RPC and no HTML; admin.sock serves the UI and its
// calls. Sockets belong to their owner, and a socket that a crash left behind does not stop a start.

import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { type Paths, pathsFromEnv } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { http, startTestBridge, type TestBridge } from './test-bridge.ts';

const PING = '{"jsonrpc":"2.0","id":1,"method":"system.ping"}';
const SERVICE = { name: 'hero_logic', version: '1.2.3', protocol: 'openrpc', socket: 'rpc', openrpc: '/openrpc.json' };
const ADMIN = { name: 'hero_logic_admin', version: '1.2.3', protocol: 'ui', socket: 'admin' };
const HTML = { accept: 'text/html,application/xhtml+xml' };

let bridge: TestBridge;
let rpcSock: string;
let adminSock: string;
beforeAll(async () => {
  const dist = createTempDir();
  mkdirSync(join(dist.path, 'assets'));
  writeFileSync(join(dist.path, 'index.html'), '<!doctype html><title>UI</title>');
  writeFileSync(join(dist.path, 'assets', 'app-1a2b.js'), 'export {}');
  writeFileSync(join(dist.path, 'assets', 'app-1a2b.js.gz'), gzipSync('export {}'));
  bridge = await startTestBridge({ adminDist: dist.path });
  rpcSock = join(bridge.folder, 'var/sockets/hero_logic/rpc.sock');
  adminSock = join(bridge.folder, 'var/sockets/hero_logic/admin.sock');
  return () => dist.remove();
});
afterAll(() => bridge.close());

const json = async (request: Parameters<typeof http>[0]) => JSON.parse((await http(request)).text);

test('each door has its health and its manifest', async () => {
  expect(await json({ socketPath: rpcSock, path: '/.well-known/heroservice.json' })).toEqual(SERVICE);
  expect(await json({ port: bridge.port, path: '/.well-known/heroservice.json' })).toEqual(SERVICE);
  expect(await json({ socketPath: adminSock, path: '/.well-known/heroservice.json' })).toEqual(ADMIN);
  for (const door of [{ socketPath: rpcSock }, { port: bridge.port }, { socketPath: adminSock }]) {
    const reply = await http({ ...door, path: '/health' });
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.text)).toMatchObject({ status: 'ok', version: '1.2.3' });
  }
});

test('rpc.sock serves JSON-RPC and the document, and no HTML', async () => {
  expect(await json({ socketPath: rpcSock, method: 'POST', path: '/rpc', body: PING })).toMatchObject({
    result: 'pong',
  });
  const document = await http({ socketPath: rpcSock, path: '/openrpc.json' });
  expect(document.text).toBe((await http({ port: bridge.port, path: '/openrpc.json' })).text);
  for (const path of ['/', '/index.html', '/plays/1']) {
    const reply = await http({ socketPath: rpcSock, path, headers: HTML });
    expect(reply).toMatchObject({
      status: 404,
      headers: { 'content-type': expect.stringContaining('application/json') },
    });
  }
});

test('the sockets are their owner’s alone', () => {
  expect(statSync(rpcSock).mode & 0o777).toBe(0o600);
  expect(statSync(adminSock).mode & 0o777).toBe(0o600);
  expect(statSync(join(rpcSock, '..')).mode & 0o777).toBe(0o700);
});

test('the UI: its files, its start page for every page, 404 for what is missing', async () => {
  for (const door of [{ port: bridge.port }, { socketPath: adminSock }]) {
    const page = await http({ ...door, path: '/', headers: HTML });
    expect(page.text).toContain('<title>UI');
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(page.headers['cache-control']).toBe('no-cache');
    expect((await http({ ...door, path: '/plays/01abc?tab=logs', headers: HTML })).text).toBe(page.text);
    expect(await http({ ...door, path: '/assets/app-1a2b.js' })).toMatchObject({
      status: 200,
      headers: { 'cache-control': expect.stringContaining('immutable'), 'x-content-type-options': 'nosniff' },
    });
    const packed = await http({ ...door, path: '/assets/app-1a2b.js', headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': expect.stringContaining('javascript'),
    });
    expect(await http({ ...door, path: '/assets/gone.js', headers: HTML })).toMatchObject({ status: 404 });
    expect(await http({ ...door, path: '/plays/01abc' })).toMatchObject({ status: 404 });
    expect(await http({ ...door, path: '/plays', method: 'POST', headers: HTML })).toMatchObject({ status: 404 });
    expect((await http({ ...door, path: '/..%2f..%2fetc%2fpasswd', headers: HTML })).text).not.toContain('root:');
  }
});

test('without a build, one page says how to get it', async () => {
  const bare = await startTestBridge();
  const page = await http({ port: bare.port, path: '/', headers: HTML });
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('npm run build -w admin-ui') });
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  await bare.close();
});

test('Connect and gRPC-Web, unary and stream, over TCP; Connect over admin.sock', async () => {
  const options = { baseUrl: bridge.url, httpVersion: '1.1' as const };
  for (const transport of [createConnectTransport(options), createGrpcWebTransport(options)]) {
    const client = createClient(PlayService, transport);
    expect(await client.runPlayAsync({ workflowSid: 'w' })).toMatchObject({ playSid: 'p-async' });
    await expect(client.getPlay({ playSid: '' })).rejects.toMatchObject({
      rawMessage: expect.stringContaining('play_sid'),
    });
    const changes: bigint[] = [];
    for await (const change of client.watchPlay({ playSid: 'p', afterSeq: 4n })) changes.push(change.seq);
    expect(changes).toEqual([5n]);
  }
  const path = '/herologic.scheduler.v1.PlayService/RunPlayAsync';
  const headers = { 'content-type': 'application/json' };
  const body = '{"workflowSid":"w"}';
  expect(await json({ socketPath: adminSock, method: 'POST', path, headers, body })).toEqual({ playSid: 'p-async' });
  expect(await http({ socketPath: rpcSock, method: 'POST', path, headers, body })).toMatchObject({ status: 404 });
});

const CONNECT = '/herologic.scheduler.v1.PlayService/RunPlayAsync';
test.each([
  [{ origin: 'http://evil.example' }, 403],
  [{ origin: 'null' }, 403],
  [{ origin: 'http://localhost:1' }, 403],
  [{ host: 'evil.example' }, 403],
  [{ host: 'evil.example', origin: 'http://evil.example' }, 403],
  [{ host: '127.0.0.1.evil.example' }, 403],
  [{ 'sec-fetch-site': 'cross-site' }, 403],
  [{ host: 'localhost:9820', origin: 'http://localhost:9820' }, 200],
  [{ host: '[::1]:9820', origin: 'http://[::1]:9820' }, 200],
  [{ host: 'LOCALHOST', origin: 'http://localhost' }, 200],
  [{ 'sec-fetch-site': 'same-origin' }, 200],
] as [Record<string, string>, number][])('a browser that says %j gets %i', async (headers, status) => {
  expect((await bridge.post(PING, headers)).status).toBe(status);
  const connect = { ...headers, 'content-type': 'application/json' };
  const body = '{"workflowSid":"w"}';
  expect((await http({ port: bridge.port, method: 'POST', path: CONNECT, headers: connect, body })).status).toBe(
    status,
  );
});

test('no page of another site may read; a link to the UI may be followed', async () => {
  expect((await bridge.post(PING)).headers).not.toHaveProperty('access-control-allow-origin');
  const link = { ...HTML, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect(await http({ port: bridge.port, path: '/', headers: link })).toMatchObject({ status: 200 });
  expect(
    await http({ socketPath: adminSock, method: 'POST', path: CONNECT, headers: { 'sec-fetch-site': 'cross-site' } }),
  ).toMatchObject({
    status: 403,
  });
});

function pathsIn(root: string): Paths {
  return pathsFromEnv({ PATH_ROOT: root });
}

test('a stale socket is replaced, a living one is not, and a file is left alone', async () => {
  const folder = createTempDir();
  const paths = pathsIn(folder.path);
  mkdirSync(paths.sockets, { recursive: true });
  chmodSync(paths.sockets, 0o755);
  const path = join(paths.sockets, 'rpc.sock');
  await leaveStaleSocket(path);
  const first = await startTestBridge({ paths });
  expect(await json({ socketPath: path, method: 'POST', path: '/rpc', body: PING })).toMatchObject({ result: 'pong' });
  expect(statSync(paths.sockets).mode & 0o777).toBe(0o700);

  await expect(startTestBridge({ paths })).rejects.toThrow(/somebody answers on .*rpc\.sock.*PATH_ROOT/);
  expect(await json({ socketPath: path, method: 'POST', path: '/rpc', body: PING })).toMatchObject({ result: 'pong' });
  await first.close();
  expect(existsSync(path)).toBe(false);

  writeFileSync(path, 'precious');
  await expect(startTestBridge({ paths })).rejects.toThrow(/not a socket/);
  folder.remove();
});

/** As a process that was killed leaves it: the file is there, nobody listens. */
async function leaveStaleSocket(path: string): Promise<void> {
  const { execFileSync } = await import('node:child_process');
  execFileSync('python3', ['-c', 'import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])', path]);
  expect(statSync(path).isSocket()).toBe(true);
}

test('a path that is too long and a port that is taken are said plainly, and nothing stays open', async () => {
  const folder = createTempDir();
  const long = pathsIn(join(folder.path, 'x'.repeat(100)));
  await expect(startTestBridge({ paths: long })).rejects.toThrow(/PATH_SOCKET/);
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const paths = pathsIn(folder.path);
  await expect(startTestBridge({ paths, port })).rejects.toThrow(/port .* is taken.*--port/);
  expect(existsSync(join(paths.sockets, 'rpc.sock'))).toBe(false);
  server.close();
  folder.remove();
});

test('closing ends what waits, with a reason to try again', async () => {
  const closing = await startTestBridge();
  const body = '{"jsonrpc":"2.0","id":1,"method":"play_wait","params":["p1",0]}';
  const waiting = closing.post(body);
  await expect.poll(() => closing.seen.requests.length).toBe(1);
  const client = createClient(PlayService, createConnectTransport({ baseUrl: closing.url, httpVersion: '1.1' }));
  const streaming = client.waitPlay({ playSid: 'p2' });
  const ended = expect(streaming).rejects.toThrow();
  await expect.poll(() => closing.seen.requests.length).toBe(2);
  const started = performance.now();
  await closing.close();
  expect(performance.now() - started).toBeLessThan(900);
  expect(JSON.parse((await waiting).text)).toMatchObject({ error: { code: -32014, data: { reason: 'UNAVAILABLE' } } });
  await ended;
});

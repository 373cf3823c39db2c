// Contract: --start spawns a detached run and returns when it answers, --stop ends it by SIGTERM, --info prints the manifest on stdout
// alone; doing either twice is no error; a run that fails shows the end of its log; other people's runs and ports are left alone.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@hero-logic/platform/client';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestIo } from '../testing/test-io.ts';
import { info, start, stop } from './background.ts';

let dir: ReturnType<typeof createTempDir>;
let launcher: string;
beforeEach(() => {
  dir = createTempDir();
  launcher = join(dir.path, 'run.mjs');
  // Serves what a run serves there, and says which flags it was given.
  writeFileSync(
    launcher,
    `import { createServer } from 'node:http'; import { mkdirSync } from 'node:fs';
     const root = process.env.PATH_ROOT + '/var/sockets/hero_logic'; mkdirSync(root, { recursive: true });
     const serve = () => createServer((q, r) => r.end(q.url === '/health' ? 'ok' : '{"name":"hero_logic","from":"run"}'));
     console.log('flags ' + process.argv.slice(2).join(' '));
     if (process.env.FAIL) { console.error('the disk is full'); process.exit(3); }
     serve().listen(root + '/rpc.sock'); process.on('SIGTERM', () => process.exit(0));`,
  );
});
afterEach(async () => {
  await stop(context());
  dir.remove();
});

function context(more: { env?: Record<string, string>; json?: boolean } = {}) {
  const io = createTestIo();
  const env = { ...process.env, PATH_ROOT: dir.path, ...more.env };
  return { io, env, clock: systemClock, json: more.json ?? false, launcher, written: io.written };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const pidFile = () => join(dir.path, 'var/hero_logic/hero-logic.pid');

test('start, start again, info, stop, stop again', async () => {
  const port = await freePort();
  const first = context();
  expect(await start(first, { port, flows: '/flows', logLevel: 'info' })).toBe(0);
  expect(first.written.out).toContain(`http://127.0.0.1:${port}\n`);
  expect(first.written.out).toContain(`http://127.0.0.1:${port + 1}\n`);
  const log = readFileSync(join(dir.path, 'var/hero_logic/hero-logic.log'), 'utf8');
  expect(log).toBe(`flags dev --port ${port} --log-level info --flows /flows\n`);
  const again = context();
  expect(await start(again, { port })).toBe(0);
  expect(again.written.out).toContain('runs already');
  const asked = context();
  expect(await info(asked)).toBe(0);
  expect(JSON.parse(asked.written.out)).toEqual({ name: 'hero_logic', from: 'run' });
  expect(asked.written.err).toContain(`http://127.0.0.1:${port}\n`);
  const { pid } = JSON.parse(readFileSync(pidFile(), 'utf8'));
  const json = context({ json: true });
  await info(json);
  expect(JSON.parse(json.written.out)).toMatchObject({ name: 'hero_logic', run: { running: true, pid } });
  expect(await stop(context())).toBe(0);
  expect(existsSync(pidFile())).toBe(false);
  // It has ended, and stays a zombie until its parent, this process, has taken note.
  await expect.poll(() => isThere(pid)).toBe(false);
  const twice = context();
  expect(await stop(twice)).toBe(0);
  expect(twice.written.out).toBe('hero-logic does not run in the background\n');
});

test('not running: the manifest is printed all the same, and stderr says how to start', async () => {
  const asked = context();
  expect(await info(asked)).toBe(0);
  expect(JSON.parse(asked.written.out)).toMatchObject({ name: 'hero_logic', protocol: 'openrpc', socket: 'rpc' });
  expect(asked.written.err).toContain('hero-logic --start');
});

test('a run that ends at once shows its log and leaves no pid file', async () => {
  const failed = context({ env: { FAIL: '1' } });
  expect(await start(failed, { port: await freePort() })).toBe(1);
  expect(failed.written.err).toContain('the disk is full');
  expect(existsSync(pidFile())).toBe(false);
});

test('a pid file of a process that is gone, or of another with the same pid, stops nobody', async () => {
  mkdirSync(join(dir.path, 'var/hero_logic'), { recursive: true });
  const stale = { pid: process.pid, host: '127.0.0.1', port: 1, started: '1' };
  writeFileSync(pidFile(), JSON.stringify(stale));
  const stopped = context();
  expect(await stop(stopped)).toBe(0);
  expect(stopped.written.out).toContain('does not run');
});

test('a port or a root that someone else serves is told, not taken', async () => {
  const other = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const taken = context();
  expect(await start(taken, { port })).toBe(1);
  expect(taken.written.err).toContain(`port ${port} is taken`);
  other.close();
  const sockets = join(dir.path, 'var/sockets/hero_logic');
  mkdirSync(sockets, { recursive: true });
  const foreground = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => foreground.listen(join(sockets, 'rpc.sock'), resolve));
  const second = context();
  expect(await start(second, { port: await freePort() })).toBe(1);
  expect(second.written.err).toContain('did not start serves');
  const stopping = context();
  expect(await stop(stopping)).toBe(1);
  expect(stopping.written.err).toContain('end it where it runs');
  await new Promise((resolve) => foreground.close(resolve));
});

// Contract: every *.py of the folder is registered under its stem, at the first look and on each change, made current; what does not
// parse is shown with its place and does not stop the rest; editors' files, deletes, renames and a vanished folder are survived.

import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnectTransport } from '@connectrpc/connect-node';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClients } from '../core/clients.ts';
import { createTestServer, type TestServer } from '../testing/test-server.ts';
import { createFolderSync, watchFlowsFolder } from './watch-folder.ts';

let server: TestServer;
let dir: ReturnType<typeof createTempDir>;
let printed: string[];
beforeEach(async () => {
  server = await createTestServer();
  dir = createTempDir();
  printed = [];
});
afterEach(async () => {
  await server.close();
  dir.remove();
});

let tick = 1;
function save(name: string, source: string): void {
  const path = join(dir.path, name);
  writeFileSync(path, source);
  // A save within the clock's grain is still a save.
  utimesSync(path, tick, tick++);
}

const folder = () =>
  createFolderSync({
    dir: dir.path,
    client: createClients(server.url).workflows,
    print: (line) => printed.push(line.replace(dir.path, 'DIR')),
    signal: new AbortController().signal,
  });

test('registers, re-registers on change, and leaves alone what is not a flow or has not changed', async () => {
  save('invoice.py', 'v1');
  for (const name of [
    '.invoice.py.swp',
    '.#invoice.py',
    '#invoice.py#',
    '~x.py',
    'test_invoice.py',
    'invoice_test.py',
    'conftest.py',
    '_helper.py',
    'invoice.py~',
    'x.txt',
  ]) {
    save(name, 'no');
  }
  mkdirSync(join(dir.path, 'folder.py'));
  const sync = folder();
  await sync.look();
  await sync.look();
  save('invoice.py', 'v2');
  await sync.look();
  save('invoice.py', 'v2');
  await sync.look();
  expect(printed).toEqual([
    'DIR/invoice.py: flow "invoice" registered as v1',
    'DIR/invoice.py: flow "invoice" registered as v2',
  ]);
  expect([...server.flows.keys()]).toEqual(['invoice']);
  save('invoice.py', 'v1');
  await sync.look();
  expect(printed.at(-1)).toBe('DIR/invoice.py: flow "invoice" is v1');
  expect(server.flows.get('invoice')?.currentVersionSid).toBe('flow-invoice-v1');
});

test('a source that does not parse is shown with its place, and again only after a save', async () => {
  save('bad.py', 'x = 1\nif BROKEN\n');
  save('good.py', 'ok');
  const sync = folder();
  await sync.look();
  await sync.look();
  expect(printed).toEqual([
    'DIR/bad.py:2:3: invalid syntax',
    '2 | if BROKEN',
    '      ^',
    'DIR/good.py: flow "good" registered as v1',
  ]);
  save('bad.py', 'fixed');
  await sync.look();
  expect(printed.at(-1)).toBe('DIR/bad.py: flow "bad" registered as v1');
});

test('deletes, renames, half-written files and a folder that goes and comes back are survived', async () => {
  save('a.py', 'a');
  save('empty.py', '');
  const sync = folder();
  await sync.look();
  renameSync(join(dir.path, 'a.py'), join(dir.path, 'b.py'));
  await sync.look();
  rmSync(dir.path, { recursive: true });
  await sync.look();
  await sync.look();
  expect(sync.present()).toBe(false);
  mkdirSync(dir.path);
  save('b.py', 'b2');
  await sync.look();
  expect(printed.map((line) => line.replaceAll(dir.path, 'DIR'))).toEqual([
    'DIR/a.py: flow "a" registered as v1',
    'DIR/a.py: gone; its flow stays in the library',
    'DIR/b.py: flow "b" registered as v1',
    'DIR: cannot be read (ENOENT); waiting for it',
    'DIR: is back',
    'DIR/empty.py: gone; its flow stays in the library',
    'DIR/b.py: flow "b" registered as v2',
  ]);
});

test('a server that is away is told once and tried again at every look', async () => {
  save('a.py', 'a');
  const sync = folder();
  const { url } = server;
  await server.close();
  await sync.look();
  await sync.look();
  expect(printed).toHaveLength(1);
  expect(printed[0]).toContain('[UNAVAILABLE]');
  expect(url).toBeTruthy();
});

test('watching notices a save by itself and ends with its signal', async () => {
  save('a.py', 'a');
  const stop = new AbortController();
  let told: (line: string) => void = () => undefined;
  const next = () => new Promise<string>((resolve) => (told = resolve));
  const first = next();
  const watching = watchFlowsFolder({
    dir: dir.path,
    transport: createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' }),
    print: (line) => told(line),
    signal: stop.signal,
  });
  expect(await first).toContain('registered as v1');
  const second = next();
  save('a.py', 'a2');
  expect(await second).toContain('registered as v2');
  stop.abort();
  await watching;
});

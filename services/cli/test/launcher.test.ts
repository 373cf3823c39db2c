// Contract: the launcher runs on any Node from 18: it starts itself again with the Node 24 that is installed beside it, keeps the exit
// code and hands signals on, and without one says in one sentence what to do. It adds no noise.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTempDir } from '@hero-logic/platform/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../bin/hero-logic.mjs', import.meta.url));
let dir: ReturnType<typeof createTempDir>;
let launcher: string;
let old: string;

beforeEach(() => {
  dir = createTempDir();
  launcher = put('app/services/cli/bin/hero-logic.mjs');
  copyFileSync(LAUNCHER, launcher);
  put('app/services/cli/package.json', '{"type": "module"}');
  // Makes the Node that runs the tests say that it is an old one.
  old = put(
    'old.mjs',
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });`,
  );
});
afterEach(() => dir.remove());

function put(path: string, text = ''): string {
  const full = join(dir.path, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

/** A "Node 24" beside the package: the Node of the tests under another name. */
function installNode(): void {
  mkdirSync(join(dir.path, 'app/node_modules/.bin'), { recursive: true });
  const node = put('app/node_modules/node-24', `#!/bin/sh\nexec "${process.execPath}" "$@"\n`);
  chmodSync(node, 0o755);
  symlinkSync('../node-24', join(dir.path, 'app/node_modules/.bin/node'));
}

const args = (...words: string[]) => ['--import', old, launcher, ...words];

test('the product runs quietly: only what was asked for is printed', () => {
  const ran = spawnSync(process.execPath, [LAUNCHER, '--version'], { encoding: 'utf8' });
  expect(ran).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test('an old Node hands over to the installed one, with arguments, streams and exit code', () => {
  installNode();
  put(
    'app/services/cli/src/main.ts',
    `import { readFileSync } from 'node:fs';
     export async function main(argv: string[]) {
       console.log(JSON.stringify(argv), readFileSync(0, 'utf8'), process.env.HERO_LOGIC_LAUNCHED ?? 'clean');
       process.exit(42);
     }`,
  );
  const ran = spawnSync(process.execPath, args('play', 'a b', '--x'), { encoding: 'utf8', input: 'typed' });
  expect(ran).toMatchObject({ status: 42, stderr: '', stdout: '["play","a b","--x"] typed clean\n' });
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s is handed on, and the end is the end of the command', async (signal) => {
  installNode();
  put(
    'app/services/cli/src/main.ts',
    `export async function main() {
       const timer = setInterval(() => undefined, 1000);
       process.once('${signal}', () => { clearInterval(timer); process.exit(7); });
       console.log('ready');
     }`,
  );
  const child = spawn(process.execPath, args(), { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', () => child.kill(signal));
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(7);
});

test('without a Node 24 one sentence says what to do; a wrong one beside the package does not loop', () => {
  const sentence = /^hero-logic needs Node 24 or newer, and this is Node 18\.20\.4: install Node 24 .*\n$/;
  const without = spawnSync(process.execPath, args(), { encoding: 'utf8' });
  expect(without).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(sentence) });
  mkdirSync(join(dir.path, 'app/node_modules/.bin'), { recursive: true });
  const wrong = put('app/node_modules/.bin/node', `#!/bin/sh\nexec "${process.execPath}" --import "${old}" "$@"\n`);
  chmodSync(wrong, 0o755);
  const looped = spawnSync(process.execPath, args(), { encoding: 'utf8', timeout: 20_000 });
  expect(looped).toMatchObject({ status: 1, stderr: expect.stringMatching(sentence) });
});

test.skipIf(!existsSync('/usr/bin/node'))("the system's Node runs it as well, whichever it is", () => {
  const ran = spawnSync('/usr/bin/node', [LAUNCHER, 'flow', 'list', '--server', 'http://127.0.0.1:9'], {
    encoding: 'utf8',
  });
  expect(ran).toMatchObject({ status: 6, stdout: '' });
});

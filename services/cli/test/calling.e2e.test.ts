// Contract: every example of docs/calling.md works word for word against a real server; only the ports are put in place.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeBlocks, command, type LocalRun, REPOSITORY, startLocalRun } from './support/local-run.ts';

const PAGE = 'docs/calling.md';
const cache = join(REPOSITORY, '.cache', 'calling');
const venv = join(cache, 'venv');
let run: LocalRun;

beforeAll(async () => {
  run = await startLocalRun();
  mkdirSync(cache, { recursive: true });
});
afterAll(() => run.remove());

const here = (text: string) => text.replaceAll('9820', String(run.port)).replaceAll('9821', String(run.port + 1));
const block = (language: string, heading: RegExp) => {
  const found = codeBlocks(PAGE, language, heading)[0];
  if (found === undefined) throw new Error(`no ${language} example under ${heading}`);
  return here(found);
};

it('curl, JSON-RPC', async () => {
  const result = await command('bash', ['-c', block('sh', /^## curl: JSON-RPC/m)]);
  const reply = JSON.parse(result.stdout) as { result: { status: string; output_data: string } };
  expect(reply.result.status).toBe('success');
  expect(JSON.parse(reply.result.output_data).report).toContain('# curl');
});

it('curl, Connect', async () => {
  const result = await command('bash', ['-c', block('sh', /^## curl: Connect/m)]);
  expect(JSON.parse(result.stdout)).toMatchObject({ name: 'tour' });
});

it('the Python JSON-RPC client', async () => {
  const script = block('python', /^## Python: the JSON-RPC client/m);
  const result = await command('python3', ['-c', script], {
    env: { ...run.env, PYTHONPATH: join(run.root, 'var/router/python') },
  });
  expect(result.stdout, result.stderr).toContain('# Python');
});

it('gRPC from Python', { timeout: 180_000 }, async ({ skip }) => {
  if (!existsSync(join(venv, 'bin', 'python'))) {
    const made = await command('python3', ['-m', 'venv', venv]);
    if (made.code !== 0) skip('python3 -m venv does not work here');
  }
  const install = block('sh', /^## Python: gRPC/m);
  const stubs = join(cache, 'stubs');
  mkdirSync(stubs, { recursive: true });
  const prepared = await command('bash', ['-ec', install.replaceAll('=stubs', `=${stubs}`)], {
    env: { PATH: `${join(venv, 'bin')}:${process.env.PATH}` },
  });
  if (prepared.code !== 0 && /No matching distribution|Could not find|Connection/.test(prepared.stderr))
    skip('grpcio cannot be installed here');
  expect(prepared.code, prepared.stderr).toBe(0);
  const result = await command(join(venv, 'bin', 'python'), ['-c', block('python', /^## Python: gRPC/m)], {
    env: { PYTHONPATH: stubs },
  });
  expect(result.stdout, result.stderr).toContain('PLAY_STATUS_SUCCESS');
  expect(result.stdout).toContain('# gRPC');
});

it('gRPC from TypeScript', async () => {
  const file = join(REPOSITORY, 'services/cli/test/support/.calling-example.ts');
  writeFileSync(file, block('ts', /^## TypeScript: gRPC/m));
  const result = await command(process.execPath, [file]);
  expect(result.stdout, result.stderr).toContain('# TypeScript');
});

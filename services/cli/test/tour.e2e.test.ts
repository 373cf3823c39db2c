// Contract: the README's tour works word for word, typed into a shell by a new user: `npm start`, a play that pauses with no process
// left, a kill -9, a second `npm start`, the answer and the result; then a flow of one's own, and a report on a real history.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeBlocks, command, REPOSITORY } from './support/local-run.ts';

const root = mkdtempSync(join(tmpdir(), 'hl-tour-'));
const desk = join(root, 'desk');
const port = 20_000 + Math.floor(Math.random() * 20_000);
const env = {
  PATH_ROOT: join(root, 'hero'),
  HERO_LOGIC_PORT: String(port),
  NO_COLOR: '1',
  npm_config_loglevel: 'error',
};
const blocks = codeBlocks('README.md', 'sh', /^## A tour in five minutes/m);
const next = () => {
  const text = blocks.shift();
  if (text === undefined) throw new Error('the tour of the README has fewer steps than this test');
  return text;
};
let server: ChildProcess;

/** `npm start` in the first terminal; resolves when it says that it is ready. */
async function npmStart(): Promise<void> {
  server = spawn('npm', ['start', '--silent'], {
    cwd: REPOSITORY,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (said.includes('hero-logic is ready')) resolve();
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.once('exit', () => reject(new Error(`npm start ended:\n${said}`)));
  });
  expect(said).toContain(`http://127.0.0.1:${port}`);
}

/** Types a block into a shell in the second terminal, in a folder that looks like the clone. */
async function type(text: string): Promise<{ stdout: string; stderr: string }> {
  return command('bash', ['-c', text], { cwd: desk, env });
}

beforeAll(() => {
  mkdirSync(desk);
  // A desk of its own: the tour writes files, and the clone must not change. npx and git find what they need through links.
  for (const name of ['node_modules', '.git', 'package.json', '.npmrc'])
    symlinkSync(join(REPOSITORY, name), join(desk, name));
});
afterAll(async () => {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  if (server.exitCode === null && server.signalCode === null) {
    server.kill('SIGTERM');
    await gone;
  }
  rmSync(root, { recursive: true, force: true });
});

it('goes word for word', { timeout: 300_000 }, async () => {
  await npmStart();

  const start = next();
  expect(start).toMatch(/play start tour/);
  const sid = (await type(start)).stdout.trim();
  expect(sid).toMatch(/^[0-9a-z]{26}$/);
  const watched = await type(next());
  expect(watched.stdout + watched.stderr).toContain('Check the links');
  expect(watched.stdout + watched.stderr).toMatch(/awaiting_resume/);

  const stopped = new Promise((resolve) => server.once('exit', resolve));
  expect((await type(next())).stderr).toBe('');
  await stopped;
  await npmStart();
  expect((await type(next())).stdout).toContain('awaiting_resume');

  const answered = next();
  expect(answered).toMatch(/answer last tone warm/);
  const result = await type(answered);
  expect(result.stdout + result.stderr).toContain('success');
  expect(result.stdout).toContain('Come and see: Moon');
  expect(result.stdout + result.stderr).toContain('replayed');

  mkdirSync(join(desk, 'my-flows'));
  writeFileSync(join(desk, 'my-flows/greet.py'), codeBlocks('README.md', 'python', /^## A tour/m)[0] as string);
  const greeted = await type(next());
  expect(greeted.stdout, greeted.stderr).toContain('Hello, Grace!');

  const reported = await type(next());
  expect(reported.stdout, reported.stderr).toContain('# Who changed what');
  expect(reported.stdout).toContain('| services |');
  expect(blocks).toEqual([]);
});

it('what the README names is there', () => {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
  for (const [, path] of readme.matchAll(/\]\((?!http)([^)#]+)\)/g)) {
    expect(() => readFileSync(join(REPOSITORY, path as string)), path).not.toThrow();
  }
});

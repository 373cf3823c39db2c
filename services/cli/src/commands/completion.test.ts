// Contract: the scripts are made from the commands themselves; bash accepts and obeys its one; flow names come from the server, one a
// line, and a server that is away spoils nothing.

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { runTestCli } from '../testing/run-test-cli.ts';
import { createTestServer } from '../testing/test-server.ts';

const script = async (shell: string) => (await runTestCli('http://127.0.0.1:9', ['completion', shell])).out;

/** What the script offers for these words, the last being typed. */
async function offers(...words: string[]): Promise<string[]> {
  const quoted = words.map((w) => `'${w}'`).join(' ');
  const source = `hero-logic() { printf 'invoice\\nmy flow\\n'; }
${await script('bash')}
COMP_WORDS=(hero-logic ${quoted}); COMP_CWORD=${words.length}; _hero_logic; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ran = spawnSync('bash', ['--norc', '-c', source], { encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  return ran.stdout.split('\n').filter((line) => line !== '');
}

test('bash: the syntax is right and the offers follow the commands', async () => {
  expect(spawnSync('bash', ['-n'], { input: await script('bash'), encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
  expect(await offers('pl')).toEqual(['play']);
  expect(await offers('play', '')).toEqual(
    expect.arrayContaining(['start', 'watch', 'answer', 'cancel', 'list', 'show']),
  );
  expect(await offers('play', 'start', '--wa')).toEqual(['--wait', '--watch']);
  expect(await offers('-o', 'json', 'flow', 'show', 'i')).toEqual(['invoice']);
  expect(await offers('play', 'start', '')).toEqual(['invoice', 'my\\ flow']);
  expect(await offers('play', 'list', '--flow', 'm')).toEqual(['my\\ flow']);
  expect(await offers('play', 'list', '-o', 'j')).toEqual(['json']);
  expect(await offers('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
});

test('zsh and fish have one too, another shell is a usage error', async () => {
  expect(await script('zsh')).toContain('bashcompinit');
  const fish = await script('fish');
  for (const line of fish.trimEnd().split('\n')) expect(line).toMatch(/^(#|complete -c hero-logic )/);
  expect(fish).toContain('__fish_seen_subcommand_from play; and __fish_seen_subcommand_from start');
  expect(await runTestCli('http://127.0.0.1:9', ['completion', 'csh'])).toMatchObject({ code: 2 });
});

test('complete-flows', async () => {
  const server = await createTestServer();
  server.addFlow('invoice');
  server.addFlow('my flow');
  expect(await runTestCli(server.url, ['complete-flows'])).toMatchObject({
    code: 0,
    out: 'invoice\nmy flow\n',
    err: '',
  });
  await server.close();
  expect(await runTestCli(server.url, ['complete-flows'])).toMatchObject({ code: 0, out: '', err: '' });
});

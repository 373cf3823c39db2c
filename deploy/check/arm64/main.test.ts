// Contract: it says how it is called, what is wrong with a call, and what is missing, before it makes anything.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

async function run(args: readonly string[], env = process.env) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...args], { env });
  const code = new Promise((resolve) => child.once('exit', resolve));
  return { out: await text(child.stdout), err: await text(child.stderr), code: await code };
}

it('says how it is called, what is wrong with a call, and which package has what is missing', async () => {
  const [help, minutes, only, bare] = await Promise.all([
    run(['--help']),
    run(['--minutes', 'x']),
    run(['--only', 'attacks']),
    run([], { ...process.env, PATH: '/nonexistent' }),
  ]);
  expect(help).toEqual({ code: 0, err: '', out: expect.stringMatching(/^Usage: npm run sandbox:arm64/) });
  expect(minutes).toMatchObject({ code: 2, err: expect.stringMatching(/^--minutes takes a whole number/) });
  expect(only).toMatchObject({ code: 2, err: expect.stringMatching(/^--only takes modules like test_attacks/) });
  expect(bare).toMatchObject({ code: 2, out: '', err: expect.stringContaining('qemu-system-arm)\n') });
});

// Contract: what takes minutes says how it is called before it starts anything, and names in one line what it does not know.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

async function run(command: string, ...args: string[]) {
  const child = spawn(process.execPath, [new URL(command, import.meta.url).pathname, ...args]);
  const code = new Promise((resolve) => child.once('exit', resolve));
  return { out: await text(child.stdout), err: await text(child.stderr), code: await code };
}

it('says how it is called, and what is wrong with a call', async () => {
  const [mesh, rollout, unknown, from] = await Promise.all([
    run('mesh.ts', '--help'),
    run('rollout.ts', '--help'),
    run('mesh.ts', '--nonsense'),
    run('rollout.ts', '--seed', 'x'),
  ]);
  expect(mesh).toEqual({ code: 0, err: '', out: expect.stringMatching(/^Usage: npm run chaos:mesh/) });
  expect(rollout).toEqual({ code: 0, err: '', out: expect.stringMatching(/^Usage: npm run rollout/) });
  expect(unknown).toEqual({ code: 2, out: '', err: "Unknown option '--nonsense'; see --help\n" });
  expect(from).toEqual({ code: 2, out: '', err: '--seed takes a whole number from 0, not "x"; see --help\n' });
});

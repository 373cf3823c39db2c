// Contract: one process per data folder, told clearly; the lock goes with its holder, however that ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { ConfigError } from '../env.ts';
import { createTempDir } from '../testing/index.ts';
import { lockDataFolder } from './data-lock.ts';

it('refuses a second holder until the first lets go or is killed', async () => {
  const dir = createTempDir();
  const lock = lockDataFolder(dir.path);
  expect(() => lockDataFolder(dir.path)).toThrow(/in use by another hero-logic/);
  expect(() => lockDataFolder(dir.path)).toThrow(ConfigError);
  lock.release();

  const module = new URL('./data-lock.ts', import.meta.url).pathname;
  const code = `import { lockDataFolder } from ${JSON.stringify(module)}; globalThis.lock = lockDataFolder(${JSON.stringify(dir.path)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A child that outlives a test that took too long would hold up the whole run.
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  expect(() => lockDataFolder(dir.path)).toThrow(/in use/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  lockDataFolder(dir.path).release();
  dir.remove();
}, 20_000);

// uv, by which executors fetch the packages that flows ask for: pinned, from PyPI, into the tool cache of the clone, where the executor
// looks for it first. Plain JavaScript: it runs before anything is installed.

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const UV = '0.13.9';
const folder = fileURLToPath(new URL('../../.cache/tools/uv', import.meta.url));

/** @returns {{ what: string, off: string } | undefined} what is missing, and what that switches off */
export function installUv(say) {
  if (process.env.HERO_LOGIC_UV || existsSync(join(folder, `installed-${UV}`))) return undefined;
  const off = 'packages of flows (`# /// script`): install uv and set HERO_LOGIC_UV to its path';
  const python = [process.env.HERO_LOGIC_PYTHON, '/usr/bin/python3', 'python3'].find(
    (path) => path && spawnSync(path, ['-c', 'import venv, ensurepip']).status === 0,
  );
  if (python === undefined) return { what: 'uv was not installed: no Python with its module venv', off };
  say(`installing uv ${UV}`);
  rmSync(folder, { recursive: true, force: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '10'];
  const hashes = join(dirname(fileURLToPath(import.meta.url)), 'uv-requirements.txt');
  const steps = [
    [python, ['-m', 'venv', folder]],
    [join(folder, 'bin', 'python'), [...pip, '--only-binary', ':all:', '--require-hashes', '-r', hashes]],
  ];
  for (const [command, args] of steps) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) continue;
    rmSync(folder, { recursive: true, force: true });
    return { what: `uv was not installed: ${(stderr ?? '').trim().split('\n').at(-1)}`, off };
  }
  writeFileSync(join(folder, `installed-${UV}`), '');
  return undefined;
}

// Installs a peer from the public registries into a folder of its own under .cache/peers, in the pinned versions; what is there already stays.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Peer } from './peers.ts';

const CACHE = fileURLToPath(new URL('../../.cache/peers', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('./requirements', import.meta.url));
const LONGEST_MS = 600_000;

export interface Installed {
  readonly folder: string;
  readonly python: string;
}

/** Throws with the reason when a registry does not give it, or this machine cannot run it. */
export function install({ setUp, npm }: Peer): Installed {
  const folder = join(CACHE, setUp);
  const python = join(folder, 'venv', 'bin', 'python');
  const pins = join(REQUIREMENTS, `${setUp}.txt`);
  const wanted = `${readFileSync(pins, 'utf8')}${npm?.join('@') ?? ''}\n`;
  const mark = join(folder, 'installed.txt');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return { folder, python };
  console.log(`installing ${setUp} into .cache/peers/${setUp}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run(process.env.HERO_LOGIC_PYTHON ?? '/usr/bin/python3', ['-m', 'venv', join(folder, 'venv')]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', pins]);
  if (npm !== undefined) {
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, npm.join('@')]);
  }
  writeFileSync(mark, wanted);
  return { folder, python };
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: LONGEST_MS });
  if (status === 0) return;
  const said = (error?.message ?? stderr).trim().split('\n').slice(-3).join(' ');
  throw new Error(`not installed: ${command} ${args.slice(0, 4).join(' ')}: ${said}`);
}

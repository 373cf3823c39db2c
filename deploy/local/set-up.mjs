// Brings a fresh clone to where `npm start` and `npm test` can work: npm packages, the built admin UI, and for tests the optional
// servers and browsers. Idempotent, quick when nothing is missing, and plain about what it could not set up and what that switches off.
// Plain JavaScript, because it runs on whatever Node (>= 20) is there before Node 24 is installed as a package.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chartToolsMissing } from '../check/tools.mjs';
import { installTestServers } from '../test-servers/install.mjs';
import { isInstalled } from './installed.mjs';
import { installUv } from './uv.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const stamps = join(root, '.cache', 'set-up');

/** @returns {{ missing: { what: string, off: string }[] }} what could not be set up, and what that switches off */
export function setUp({ forTests = false } = {}) {
  requireNode();
  installPackages();
  const missing = [buildAdminUi(), findPython(), installUv(say)];
  if (forTests) missing.push(chartToolsMissing(), findChromium(), ...installTestServers(say));
  return { missing: missing.filter((m) => m !== undefined) };
}

/** The Node that runs the product: 24 from the packages, else the one that runs this. */
export function productNode() {
  const packaged = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(packaged)) return packaged;
  if (major(process.versions.node) >= 24) return process.execPath;
  fail(
    `hero-logic needs Node 24 or newer; this is ${process.versions.node} and there is no packaged one for ${process.platform}-${process.arch}. Install Node 24.`,
  );
}

/** The environment in which child commands find Node 24 first. */
export function childEnv() {
  return { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` };
}

export function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

function requireNode() {
  if (major(process.versions.node) < 20)
    fail(`Node 20 or newer is needed to set up; this is ${process.versions.node}.`);
}

function installPackages() {
  if (isInstalled(root)) return;
  say('installing npm packages (npm ci), about half a minute');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) fail('npm ci failed; its words are above. hero-logic cannot run without its packages.');
}

function buildAdminUi() {
  const ui = join(root, 'admin-ui');
  const inputs = [
    'admin-ui/src',
    'admin-ui/build',
    'admin-ui/public',
    'admin-ui/index.html',
    'admin-ui/package.json',
    'admin-ui/vite.config.ts',
    'proto/gen/herologic',
  ];
  const stamp = fingerprint(inputs);
  const stampFile = join(stamps, 'admin-ui');
  if (existsSync(join(ui, 'dist', 'index.html')) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp)
    return undefined;
  say('building the admin UI');
  const result = spawnSync('npm', ['run', '--silent', 'build', '-w', '@hero-logic/admin-ui'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 2],
    env: childEnv(),
  });
  if (result.status !== 0) return { what: 'the admin UI could not be built', off: 'the pages; everything else works' };
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stampFile, stamp);
  return undefined;
}

function findPython() {
  for (const command of [process.env.HERO_LOGIC_PYTHON, '/usr/bin/python3', 'python3']) {
    if (!command) continue;
    const result = spawnSync(command, ['-c', 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)']);
    if (result.status === 0) return undefined;
  }
  return { what: 'Python 3.10 or newer was not found', off: 'running flows; install python3 or set HERO_LOGIC_PYTHON' };
}

function findChromium() {
  const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  if (existsSync(path)) return undefined;
  const missing = { what: `there is no browser at ${path}`, off: 'the tests of the pages (admin-ui browser suite)' };
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return missing;
  say('installing Chromium for the tests of the pages');
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update'], options);
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'], options);
  return existsSync(path) ? undefined : missing;
}

function fingerprint(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
      return;
    }
    hash.update(relative(root, path)).update('\0').update(readFileSync(path));
  };
  for (const path of paths) add(join(root, path));
  return hash.digest('hex');
}

function major(version) {
  return Number(version.split('.')[0]);
}

function fail(text) {
  say(text);
  process.exit(1);
}

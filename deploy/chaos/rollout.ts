// A rollout under load: a mesh of one version, on one MongoDB and Redis, is replaced by another version a process at a time, in an order drawn from
// the seed, while plays run, wait and are answered; then it is taken back by one version. Both versions serve side by side all that time.
// Says VOID when both versions are the same code.

import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createMesh } from '@hero-logic/cli/testing/mesh';
import { createRandom, toolArguments, toolNumber } from '@hero-logic/platform/testing';
import { startMongo, startRedis } from '../test-servers/start.mjs';
import { FLOWS, pause, startLoad } from './load.ts';
import { judge } from './verdict.ts';

const HELP = `Usage: npm run rollout -- --from REVISION [--seed N] [--pause-ms N] [--between-ms N]

Starts a mesh of that version on one MongoDB and Redis, plays under load, and replaces each process by this version, takes all of them back,
and brings them forward again. Then it asks for everything that was acknowledged. Ends with 1 when something is not as it should be, or
when the run proves nothing (VOID). deploy/chaos/README.md says more.

  --from REVISION  the version that is replaced: a tag or commit of this repository
  --seed N         the order (1)
  --pause-ms N     between two starts of plays (250)
  --between-ms N   between two replacements (3000)`;

const { values } = toolArguments(HELP, {
  from: { type: 'string' },
  seed: { type: 'string', default: '1' },
  'pause-ms': { type: 'string', default: '250' },
  'between-ms': { type: 'string', default: '3000' },
});
const seed = toolNumber('seed', values.seed);
const pauseMs = toolNumber('pause-ms', values['pause-ms']);
const betweenMs = toolNumber('between-ms', values['between-ms']);
if (values.from === undefined) {
  console.error(
    '--from names the version that is replaced: a tag or commit of this repository, as in `npm run rollout -- --from HEAD~20`',
  );
  process.exit(2);
}
const NAMES = ['registry', 'bench', 'bridge', 'scheduler', 'scheduler2', 'executor', 'executor2'] as const;
type Name = (typeof NAMES)[number];

const root = join(import.meta.dirname, '..', '..');
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const code = (revision: string) =>
  ['services', 'proto', 'python'].map((path) => git('rev-parse', `${revision}:${path}`)).join();
const from = git('rev-parse', '--short', values.from);
if (git('status', '--porcelain', '--', 'services', 'proto', 'python') === '' && code(from) === code('HEAD')) {
  console.log(`VOID: ${from} is the same code as this one`);
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'hl-rollout-'));
const versions = { old: join(folder, 'old'), new: root };
const { next: random } = createRandom(seed);
const [mongo, redis] = await Promise.all([startMongo(), startRedis()]);
let isRight = false;
if (mongo === undefined || redis === undefined) {
  console.error('there is no MongoDB or no Redis to run on; `npm test` installs both where it may');
} else {
  checkOut();
  const mesh = await createMesh({
    ...{
      HERO_LOGIC_STORE: 'mongodb',
      MONGODB_URL: `${mongo.url}rollout`,
      REDIS_URL: redis.url,
      HERO_LOGIC_LOG: 'error',
    },
  });
  const serve = (name: Name, version: keyof typeof versions) => {
    const own = name === 'executor2' ? { HERO_LOGIC_SCHEDULER_URL: mesh.url('scheduler2') } : {};
    return mesh.serve(name.replace('2', ''), name, own, join(versions[version], 'services/cli/bin/hero-logic.mjs'));
  };
  const moves = new Map<string, number>();
  const replaceAll = async (version: keyof typeof versions) => {
    for (const name of shuffled()) {
      await mesh.kill(name, 'SIGTERM');
      await serve(name, version);
      const move = `${name.replace('2', '')} to the ${version} version`;
      moves.set(move, (moves.get(move) ?? 0) + 1);
      await pause(betweenMs);
    }
  };
  try {
    for (const name of NAMES) await serve(name, 'old');
    for (const [name, source] of Object.entries(FLOWS))
      await mesh.rpc('workflow_create', { name, python_source: source });
    const load = startLoad(mesh, pauseMs);
    console.log(`seed ${seed}: from ${from} to this version and back`);
    await pause(betweenMs);
    await replaceAll('new');
    await replaceAll('old');
    await replaceAll('new');
    await load.stop();
    isRight = await judge(mesh, load, moves);
  } finally {
    await mesh.close();
  }
}
await Promise.all([mongo?.stop(), redis?.stop()]);
if (existsSync(versions.old)) git('worktree', 'remove', '--force', versions.old);
rmSync(folder, { recursive: true, force: true });
process.exit(isRight ? 0 : 1);

/** The old version in a folder of its own, with the packages of this one where they are the same, else with its own. */
function checkOut(): void {
  git('worktree', 'add', '--detach', versions.old, from);
  if (git('rev-parse', `${from}:package-lock.json`) !== git('hash-object', 'package-lock.json')) {
    console.log(`installing the packages of ${from}`);
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: versions.old, stdio: 'inherit' });
    return;
  }
  for (const modules of globSync('{,proto,services/*}/node_modules', { cwd: root }))
    execFileSync('cp', ['-al', join(root, modules), join(versions.old, dirname(modules))]);
}

function shuffled(): Name[] {
  return NAMES.map((name) => ({ name, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

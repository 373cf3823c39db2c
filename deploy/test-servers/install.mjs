// Installs the servers of the tests where it may: the MongoDB engine into .cache (with a newer C library beside it where the system's
// is too old), and Debian's redis-server. MONGODB_URL and REDIS_URL, when set, name servers to use instead.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineDir, hasEngine, hasRedis, loaderDir, needsLoader } from './places.mjs';

const here = import.meta.dirname;
/** The first Debian whose C library the engine runs on, and what it needs of it. */
const SUITE = 'trixie';
const LIBRARIES = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'];

/** @returns {{ what: string, off: string }[]} what could not be installed, and what that switches off */
export function installTestServers(say) {
  const missing = [];
  if (!process.env.MONGODB_URL && !installEngine(say)) {
    const off = 'the tests of the MongoDB stores and of the cluster; set MONGODB_URL to a server to run them';
    missing.push({ what: 'there is no MongoDB for the tests', off });
  }
  if (!process.env.REDIS_URL && !installRedis(say)) {
    const off = 'the tests of the Redis signals and of the cluster; install redis-server or set REDIS_URL';
    missing.push({ what: 'there is no Redis for the tests', off });
  }
  return missing;
}

function installEngine(say) {
  if (!hasEngine()) {
    say('installing the MongoDB engine of the tests (36 MB, kept in .cache)');
    const fresh = `${engineDir}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(here, file), join(fresh, file));
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    if (spawnSync('npm', args, { cwd: fresh, stdio: ['ignore', 2, 2] }).status !== 0) return false;
    rmSync(engineDir, { recursive: true, force: true });
    renameSync(fresh, engineDir);
  }
  return !needsLoader() || existsSync(loaderDir) || installLoader(say);
}

/** The C library of a newer Debian, unpacked into a folder; the system stays as it is. From the mirror that the system itself uses. */
function installLoader(say) {
  const mirror = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  const uri = (mirror.stdout ?? '').split('\n').find((line) => /\/debian\/?$/.test(line));
  if (uri === undefined) return false;
  say(`unpacking the C library of Debian ${SUITE} for the MongoDB engine (kept in .cache)`);
  const fresh = `${loaderDir}.new`;
  rmSync(fresh, { recursive: true, force: true });
  for (const dir of ['state/lists/partial', 'cache/archives/partial', 'root']) {
    mkdirSync(join(fresh, dir), { recursive: true });
  }
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(join(fresh, 'sources.list'), `deb [signed-by=${keyring}] ${uri} ${SUITE} main\n`);
  writeFileSync(
    join(fresh, 'apt.conf'),
    `Dir::Etc::sourcelist "${fresh}/sources.list";\nDir::Etc::sourceparts "-";\nDir::State "${fresh}/state";\nDir::Cache "${fresh}/cache";\nAPT::Sandbox::User "root";\n`,
  );
  const run = (command, args) =>
    spawnSync(command, args, {
      cwd: fresh,
      stdio: ['ignore', 'ignore', 2],
      env: { ...process.env, APT_CONFIG: join(fresh, 'apt.conf') },
    }).status === 0;
  if (!run('apt-get', ['-qq', 'update'])) return false;
  if (!run('apt-get', ['-qq', 'download', ...LIBRARIES.map((name) => `${name}/${SUITE}`)])) return false;
  for (const deb of readdirSync(fresh).filter((name) => name.endsWith('.deb'))) {
    if (!run('dpkg', ['-x', deb, 'root'])) return false;
  }
  renameSync(join(fresh, 'root'), loaderDir);
  rmSync(fresh, { recursive: true, force: true });
  return true;
}

function installRedis(say) {
  if (hasRedis()) return true;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return false;
  say('installing redis-server for the tests');
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' } };
  spawnSync('apt-get', ['update'], options);
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], options);
  return hasRedis();
}

// The tools that check the chart, built or installed on demand into .cache: each is pinned, and whoever has them already pays nothing.
// `ensure...` gives the path of a tool, or throws a ToolMissing that says what to install.
// Plain JavaScript: it runs before anything is installed.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptOf } from './debian.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, '.cache', 'tools');
const bin = join(cache, 'bin');

const HELM = '4.3.1';
const KUBERNETES = '1.37.2';
const KUBERNETES_VALIDATE = '1.37.0';
const ETCD_RELEASES = ['trixie', 'bookworm'];

class ToolMissing extends Error {}

/** helm, by `go install`: about three minutes on two cores, and no more once it is there. */
export function ensureHelm() {
  const path = join(bin, `helm-${HELM}`);
  if (existsSync(path)) return path;
  requireGo('helm');
  const scratch = join(cache, 'helm-bin');
  say(`building helm ${HELM} (some minutes, once)`);
  run('go', ['install', `helm.sh/helm/v4/cmd/helm@v${HELM}`], { env: { GOBIN: scratch } });
  mkdirSync(bin, { recursive: true });
  renameSync(join(scratch, 'helm'), path);
  return path;
}

/** The Python package that holds the schemas of Kubernetes and checks objects against them strictly. */
export function ensureKubernetesValidate() {
  const venv = join(cache, `kubernetes-validate-${KUBERNETES_VALIDATE}`);
  const python = join(venv, 'bin', 'python');
  const done = join(venv, 'installed');
  if (existsSync(done)) return python;
  const system = ['/usr/bin/python3', 'python3'].find((p) => spawnSync(p, ['-m', 'venv', '--help']).status === 0);
  if (system === undefined) throw new ToolMissing('python3 with its module venv is missing (Debian: python3-venv)');
  say(`installing kubernetes-validate ${KUBERNETES_VALIDATE}`);
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  run(system, ['-m', 'venv', venv]);
  run(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `kubernetes-validate==${KUBERNETES_VALIDATE}`,
  ]);
  writeFileSync(done, '');
  return python;
}

/** For the set-up of tests: brings what the tests of the chart need, or says what is missing and what that switches off. */
export function chartToolsMissing() {
  try {
    ensureHelm();
    ensureKubernetesValidate();
    return undefined;
  } catch (error) {
    return {
      what: String(error.message ?? error)
        .split('\n')[0]
        .slice(0, 300),
      off: 'the tests of the Helm chart',
    };
  }
}

/** A real kube-apiserver, built from its Go module: many minutes, once. */
export function ensureApiServer() {
  const path = join(bin, `kube-apiserver-${KUBERNETES}`);
  if (existsSync(path)) return path;
  requireGo('kube-apiserver');
  const source = join(cache, 'kube-apiserver');
  mkdirSync(source, { recursive: true });
  const info = JSON.parse(
    run('go', ['mod', 'download', '-json', `k8s.io/kubernetes@v${KUBERNETES}`], {
      cwd: source,
      env: { GOFLAGS: '-mod=mod' },
    }),
  );
  const module = readFileSync(info.GoMod, 'utf8');
  const minor = KUBERNETES.replace(/^1\./, '');
  // The module replaces its staging modules by folders that only its own repository has; their releases are the same code.
  const replaced = [...module.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging/gm)].map(
    ([, name]) => `replace ${name} => ${name} v0.${minor}`,
  );
  const goVersion = /^go (\S+)$/m.exec(module)[1];
  writeFileSync(
    join(source, 'go.mod'),
    ['module apiserver', `go ${goVersion}`, `require k8s.io/kubernetes v${KUBERNETES}`, ...replaced, ''].join('\n'),
  );
  copyFileSync(join(info.Dir, 'go.sum'), join(source, 'go.sum'));
  const version = 'k8s.io/component-base/version';
  const flags = `-s -w -X ${version}.gitVersion=v${KUBERNETES} -X ${version}.gitMajor=1 -X ${version}.gitMinor=${minor.split('.')[0]}`;
  say(`building kube-apiserver ${KUBERNETES} (ten minutes and more, once)`);
  mkdirSync(bin, { recursive: true });
  run('go', ['build', '-trimpath', '-ldflags', flags, '-o', path, 'k8s.io/kubernetes/cmd/kube-apiserver'], {
    cwd: source,
    env: { GOFLAGS: '-mod=mod' },
  });
  return path;
}

/** etcd of Debian, unpacked without being installed. */
export function ensureEtcd() {
  const path = join(cache, 'etcd', 'usr', 'bin', 'etcd');
  if (existsSync(path)) return path;
  const folder = dirname(dirname(dirname(path)));
  mkdirSync(folder, { recursive: true });
  for (const release of ETCD_RELEASES) {
    const env = { ...process.env, ...aptOf(folder, { release }) };
    if (spawnSync('apt-get', ['update'], { env, stdio: 'ignore' }).status !== 0) continue;
    const got = spawnSync('apt-get', ['download', 'etcd-server'], { cwd: folder, env, stdio: 'ignore' });
    const package_ = readdirSync(folder).find((name) => name.endsWith('.deb'));
    if (got.status !== 0 || package_ === undefined) continue;
    run('dpkg', ['-x', join(folder, package_), folder]);
    if (existsSync(path)) return path;
  }
  throw new ToolMissing("etcd is missing: Debian's etcd-server could not be fetched");
}

function requireGo(what) {
  if (spawnSync('go', ['version']).status !== 0)
    throw new ToolMissing(`Go is missing; ${what} is built with it (https://go.dev/dl)`);
}

export function run(command, args, { cwd = root, env = {}, input = '' } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    input,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (result.status === 0) return result.stdout;
  throw new Error(
    `${command} ${args.join(' ')} failed: ${result.error?.message ?? ''}${result.stderr}${result.stdout}`,
  );
}

export function say(text) {
  process.stderr.write(`deploy/check: ${text}\n`);
}

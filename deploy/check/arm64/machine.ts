// An emulated aarch64 machine: a kernel and a small system of Debian's packages, unpacked once into .cache. It has no network.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { aptOf } from '../debian.mjs';
import { run, say } from '../tools.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HERE = join(ROOT, 'deploy/check/arm64');
const EMULATOR = 'qemu-system-aarch64';
/** Commands, and Debian's packages of them. */
const NEEDED: Record<string, string> = {
  [EMULATOR]: 'qemu-system-arm',
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  mke2fs: 'e2fsprogs',
  tar: 'tar',
  unshare: 'util-linux',
};
/** Its disks are NVMe because that and ext4 are built into this kernel: no modules and no initial file system are needed. */
const KERNEL = 'linux-image-cloud-arm64';
const SYSTEM = [
  ...['python3', 'tzdata', 'ca-certificates', 'openssl', 'media-types', 'netbase', 'linux-libc-dev'],
  ...['dash', 'coreutils', 'tar', 'mount', 'util-linux', 'busybox'],
];

/** disk.sh writes its number. */
const PARTITION = 'root=PARTUUID=6f726568-01';

export interface Machine {
  readonly kernel: string;
  readonly disk: string;
}

/** What this computer lacks, in words. */
export function lacking(): string[] {
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':');
  return Object.entries(NEEDED)
    .filter(([command]) => !path.some((folder) => existsSync(join(folder, command))))
    .map(([command, packageName]) => `${command} is missing (Debian: ${packageName})`);
}

/** The name of the Debian release that this computer runs. */
export function thisRelease(): string {
  const about = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const isDebian = /^ID=debian$/m.test(about);
  return (isDebian && /^VERSION_CODENAME=(\w+)$/m.exec(about)?.[1]) || 'bookworm';
}

/** Made of the newest packages of that release; once it is there it stays as it is, until how it is made changes. */
export function ensureMachine(release: string): Machine {
  const recipe = ['disk.sh', 'init.sh'].map((name) => readFileSync(join(HERE, name), 'utf8'));
  const hash = createHash('sha256')
    .update([KERNEL, ...SYSTEM, ...recipe].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const cache = join(ROOT, '.cache/arm64');
  const folder = join(cache, `${release}-${hash}`);
  const machine = { kernel: join(folder, 'vmlinuz'), disk: join(folder, 'system.img') };
  if (existsSync(folder)) return machine;
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    if (name.startsWith(`${release}-`)) rmSync(join(cache, name), { recursive: true });
  }
  const scratch = join(cache, `${release}-unfinished`);
  const debs = join(scratch, 'debs');
  mkdirSync(debs, { recursive: true });
  say(`fetching ${release} for arm64`);
  download(debs, release, aptOf(scratch, { release, architecture: 'arm64' }));
  say('unpacking it');
  // In a user namespace one is root of what one unpacks.
  const asRoot = process.getuid?.() === 0 ? [] : ['unshare', '--map-root-user'];
  const [command = '', ...args] = [...asRoot, 'bash', join(HERE, 'disk.sh'), debs, scratch];
  run(command, args, { env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
  for (const name of readdirSync(scratch)) {
    if (!['vmlinuz', 'system.img'].includes(name)) rmSync(join(scratch, name), { recursive: true });
  }
  renameSync(scratch, folder);
  return machine;
}

function download(folder: string, release: string, env: Record<string, string>): void {
  run('apt-get', ['update'], { env });
  const about = run('apt-cache', ['show', '--no-all-versions', KERNEL], { env });
  const kernel = /^Depends: (linux-image-\S+)/m.exec(about)?.[1];
  if (kernel === undefined) throw new Error(`Debian ${release} has no ${KERNEL}`);
  const planned = run('apt-get', ['install', '--simulate', '--no-install-recommends', ...SYSTEM], { env });
  const packages = [...planned.matchAll(/^Inst (\S+) \((\S+)/gm)].map(([, name, version]) => `${name}=${version}`);
  run('apt-get', ['download', kernel, ...packages], { env, cwd: folder });
}

/** A disk that holds these files and folders of the repository and, at its top, what lies in `folder`. */
export function packDisk(path: string, sources: readonly string[], folder: string): void {
  const tar = (...args: string[]) => run('tar', args);
  tar('-cf', path, '--owner=0', '--group=0', '--exclude=__pycache__', '-C', ROOT, ...sources);
  tar('-rf', path, '--owner=0', '--group=0', '-C', folder, ...readdirSync(folder));
}

export interface Started {
  readonly machine: Machine;
  readonly processor: string;
  /** Its second disk. */
  readonly disk: string;
  readonly most: number;
  onLine(line: string): void;
}

/** Resolves when it has switched itself off: with "", or why it did not. Nothing it writes to its first disk stays. */
export function startMachine({ machine, processor, disk, most, onLine }: Started): Promise<string> {
  const drive = (file: string, name: string, how: string) => [
    ...['-drive', `file=${file},format=raw,if=none,id=${name},${how}`],
    ...['-device', `nvme,drive=${name},serial=${name}`],
  ];
  const child = spawn(
    EMULATOR,
    [
      ...['-machine', 'virt', '-cpu', processor, '-accel', 'tcg', '-smp', '2', '-m', '2G'],
      ...['-nographic', '-monitor', 'none', '-nic', 'none', '-no-reboot', '-kernel', machine.kernel],
      ...['-append', `${PARTITION} rootwait rootfstype=ext4 rw console=ttyAMA0 quiet loglevel=1 init=/init panic=-1`],
      ...drive(machine.disk, 'system', 'snapshot=on'),
      ...drive(disk, 'suite', 'readonly=on'),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const end = () => child.kill('SIGKILL');
  const late = setTimeout(end, most);
  process.once('exit', end);
  createInterface({ input: child.stdout }).on('line', (line) => onLine(line.replace(/\r/g, '')));
  createInterface({ input: child.stderr }).on('line', onLine);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      clearTimeout(late);
      resolve(code === 0 ? '' : `the machine ended with ${signal ?? code}`);
    });
  });
}

/** Whether the emulator knows that processor. */
export function knowsProcessor(name: string): boolean {
  const { stdout } = spawnSync(EMULATOR, ['-machine', 'virt', '-cpu', 'help'], { encoding: 'utf8' });
  return new RegExp(`^\\s*${name.replace(/[^\w-]/g, '')}$`, 'm').test(stdout ?? '');
}

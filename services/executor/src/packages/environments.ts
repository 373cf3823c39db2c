/**
 * The packages that plays ask for: locked with hashes, fetched and unpacked by uv in the build box, one folder for each
 * lock, kept for whoever asks for the same again.
 *
 * - A lock is made once for a set of requirements and kept; its hash names the folder.
 * - Wheels are taken where there are any: nothing of them runs before a play imports it. What has none is built in a box
 *   without a network (`build-wheel.ts`), for this set alone.
 * - Who asks for the same while it is under way waits for the same work. Two works at a time.
 * - A folder is there as a whole or not at all: it is filled beside its place and moved.
 *
 *     cache/   uv's own        locks/KEY.txt   requirements with hashes        envs/HASH/   what a play imports
 *     built/KEY/   wheels that were built for a lock
 */

import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@hero-logic/platform';
import { askPython } from '../interpreters/python.ts';
import { makeLock } from './lock.ts';
import type { LockOptions, Place, Ways } from './lock-options.ts';
import { PackageFailure } from './package-failure.ts';
import { isPythonWanted } from './python-version.ts';
import { createCopy, createUv, type PackageSource, type Uv, WHEELS_ALONE } from './uv.ts';

export interface PackageRequest {
  readonly dependencies: readonly string[];
  readonly requiresPython: string;
}

export interface Environment {
  /** Of the lock. */
  readonly hash: string;
  /** On the path of the plays that asked for it. */
  readonly dir: string;
}

/** Without an environment: nothing but a version of Python was asked for, and it is that one. */
export interface Prepared {
  readonly environment?: Environment;
}

export interface Environments {
  /** What is there already; undefined = it has to be prepared. */
  ready(request: PackageRequest): Prepared | undefined;
  /** Rejects with a PackageFailure. */
  prepare(request: PackageRequest, ways?: Ways): Promise<Prepared>;
}

export interface EnvironmentsOptions {
  /** Holds everything; created when missing. */
  readonly dir: string;
  /** The interpreter's path; empty: found. */
  readonly python?: string | undefined;
  readonly sdkPath: string;
  /** Path of uv; empty: found. */
  readonly uv?: string | undefined;
  readonly source: PackageSource;
  readonly log: Pick<Log, 'info'>;
}

const FETCH_WITHIN_MS = 600_000;
const AT_ONCE = 2;

export function createEnvironments(options: EnvironmentsOptions): Environments {
  const folder = (name: string) => join(options.dir, name);
  const underWay = new Map<string, Promise<Prepared>>();
  const ready = new Map<string, Prepared>();
  const waiting: (() => void)[] = [];
  let working = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (working >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else working += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) working -= 1;
      else next();
    }
  }

  async function prepare(request: PackageRequest, key: string, ways: Ways): Promise<Prepared> {
    const python = await askPython(options.python);
    if (!isPythonWanted(python.version, request.requiresPython)) {
      const wanted = `the source asks for Python ${request.requiresPython}`;
      throw new PackageFailure('PythonVersion', `${wanted}, and plays run on ${python.version} here`);
    }
    if (request.dependencies.length === 0) return {};
    if (!options.source.isOn) throw switchedOff();
    const built = folder(`built/${key}`);
    for (const name of ['cache', 'locks', 'envs', `built/${key}`])
      mkdirSync(folder(name), { recursive: true, mode: 0o755 });
    const scratch = folder(`work-${randomBytes(6).toString('hex')}`);
    mkdirSync(scratch, { mode: 0o755 });
    const uv = createUv({ ...options, python: python.path });
    const copy = createCopy({ ...options, python: python.path });
    const place = { scratch, cache: folder('cache'), built, source: options.source };
    try {
      const lock = await locked(request, join(folder('locks'), `${key}.txt`), { ...place, uv, copy, ways });
      const hash = sha256(`${python.version}\n${process.arch}\n${lock}`);
      const dir = join(folder('envs'), hash);
      if (!existsSync(dir)) await unpack(request, lock, dir, { ...place, uv });
      options.log.info({ dependencies: request.dependencies, hash }, 'packages are ready');
      return { environment: { hash, dir } };
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  return {
    ready: (request) => ready.get(keyOf(request, options)),
    prepare(request, ways = {}) {
      const key = keyOf(request, options);
      const known = ready.get(key);
      if (known !== undefined) return Promise.resolve(known);
      let work = underWay.get(key);
      if (work === undefined) {
        work = inTurn(() => prepare(request, key, ways)).finally(() => underWay.delete(key));
        underWay.set(key, work);
        work.then(
          (prepared) => ready.set(key, prepared),
          () => {},
        );
      }
      return work;
    },
  };
}

/** The requirements with hashes: those that are kept, else made now. */
async function locked(request: PackageRequest, kept: string, given: LockOptions): Promise<string> {
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const lock = await makeLock(request.dependencies, given);
  writeFileSync(`${kept}.new`, lock);
  renameSync(`${kept}.new`, kept);
  return lock;
}

async function unpack(request: PackageRequest, lock: string, dir: string, given: Place & { readonly uv: Uv }) {
  const { scratch, cache, built } = given;
  const [asked, target] = [join(scratch, 'locked.txt'), join(scratch, 'env')];
  writeFileSync(asked, lock, { mode: 0o644 });
  const flags = ['--target', target, '--require-hashes', '--no-deps', '--compile-bytecode', '--link-mode', 'copy'];
  await given.uv({
    doing: `fetching ${request.dependencies.join(', ')}`,
    timeoutMs: FETCH_WITHIN_MS,
    args: ['pip', 'install', ...flags, ...WHEELS_ALONE, '--find-links', built, '-r', asked],
    write: [scratch, cache],
    read: [built],
  });
  mkdirSync(target, { recursive: true });
  chmodSync(target, 0o755);
  renameSync(target, dir);
}

function switchedOff(): PackageFailure {
  return new PackageFailure('PackagesUnavailable', 'packages are switched off here (HERO_LOGIC_PACKAGES=off)');
}

/** What is asked for, of whom, on which machine: the same gives the same lock for as long as it is kept. */
function keyOf({ dependencies, requiresPython }: PackageRequest, { python = '', source }: EnvironmentsOptions): string {
  return sha256(JSON.stringify([[...dependencies].sort(), requiresPython, python, process.arch, source]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

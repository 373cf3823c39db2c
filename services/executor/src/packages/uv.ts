// uv in the build box: where it is, where it takes packages from, and what it says when it cannot.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failureFrom, PackageFailure } from './package-failure.ts';
import { type BoxedCommand, runBoxed } from './run-boxed.ts';
import type { Most } from './watch-folder.ts';

/** In the tool cache of a clone, where the set-up puts it. */
const CACHED = fileURLToPath(new URL('../../../../.cache/tools/uv/bin/uv', import.meta.url));

export interface PackageSource {
  /** False: plays that ask for packages fail. */
  readonly isOn: boolean;
  /** URL of a package index; empty = PyPI. */
  readonly index: string;
  /** A folder of wheels and source distributions, used alone; empty = none. */
  readonly folder: string;
  /** Whether what has no wheel may be built (where the sandbox can hold it). */
  readonly builds: boolean;
  /** What a build may write; 2 GiB and 100,000 files when left out. */
  readonly buildMost?: Most;
}

export interface UvCall {
  /** In words, for what it says when it fails. */
  readonly doing: string;
  readonly timeoutMs: number;
  /** Without the options that are always the same. */
  readonly args: readonly string[];
  /** `fetch` when left out. */
  readonly kind?: BoxedCommand['kind'];
  /** Folders that it may write to; the last is the cache. */
  readonly write: readonly string[];
  readonly read?: readonly string[];
  readonly uid?: number;
  readonly most?: BoxedCommand['most'];
}

/** Runs uv; rejects with a PackageFailure. */
export type Uv = (call: UvCall) => Promise<void>;

/** Copies a file or a folder with everything in it, as the user of a build. */
export type Copy = (call: Omit<UvCall, 'args'> & { readonly from: string; readonly to: string }) => Promise<void>;

export const FETCH_UID = 249_999;
export const WHEELS_ALONE = ['--only-binary', ':all:'];

export function createUv(given: {
  readonly uv?: string | undefined;
  readonly python: string;
  readonly sdkPath: string;
  readonly source: PackageSource;
}): Uv {
  const { python, sdkPath, source } = given;
  return async ({ doing, args, read = [], ...call }) => {
    const fixed = ['--no-config', '--no-progress', '--cache-dir', call.write.at(-1) ?? '', '--python', python];
    const command = [findUv(given.uv), ...args, ...fixed, ...folderArguments(source)];
    const { ok, said } = await runBoxed({
      ...{ python, sdkPath, uid: FETCH_UID, command, ...call },
      read: [...read, ...(source.folder === '' ? [] : [source.folder])],
      env: indexEnvironment(source, call.kind === 'foreign'),
    });
    if (!ok) throw failureFrom(source.index === '' ? said : said.replaceAll(source.index, 'the index'), doing);
  };
}

export function createCopy({ python, sdkPath }: { readonly python: string; readonly sdkPath: string }): Copy {
  return async ({ doing, from, to, write, uid = FETCH_UID, timeoutMs }) => {
    const command = ['/bin/cp', '-r', from, to];
    const { ok, said } = await runBoxed({ python, sdkPath, command, env: {}, write, read: [from], uid, timeoutMs });
    if (!ok) throw failureFrom(said, doing);
  };
}

/** Not an argument: it may hold a password, and other processes can see arguments. Code of strangers is not told it. */
function indexEnvironment({ index }: PackageSource, isForeign: boolean): Record<string, string> {
  if (index === '') return {};
  const url = new URL(index);
  if (isForeign) url.username = url.password = '';
  return { UV_DEFAULT_INDEX: isForeign ? url.href : index };
}

function folderArguments({ folder }: PackageSource): string[] {
  return folder === '' ? [] : ['--no-index', '--find-links', folder];
}

/** The configured one, else that of the tool cache, else the first of the PATH. Throws a PackageFailure. */
function findUv(configured = ''): string {
  const path = process.env.PATH ?? '';
  const found = configured === '' ? [CACHED, ...path.split(delimiter).map((dir) => join(dir, 'uv'))] : [configured];
  const uv = found.find(isProgram);
  if (uv !== undefined) return uv;
  const where = configured === '' ? 'on the PATH' : `at ${configured}`;
  throw new PackageFailure(
    'PackagesUnavailable',
    `packages are fetched by uv, and there is none ${where}; install uv, or set HERO_LOGIC_UV to its path`,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

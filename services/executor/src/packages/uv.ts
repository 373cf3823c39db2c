// uv in the build box: where it is, where it takes packages from, and what it says when it cannot.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failureFrom, PackageFailure } from './package-failure.ts';
import { runBoxed } from './run-boxed.ts';

/** In the tool cache of a clone, where the set-up puts it. */
const CACHED = fileURLToPath(new URL('../../../../.cache/tools/uv/bin/uv', import.meta.url));

export interface PackageSource {
  /** False: plays that ask for packages fail. */
  readonly isOn: boolean;
  /** URL of a package index; empty = PyPI. */
  readonly index: string;
  /** A folder of wheels, used alone; empty = none. */
  readonly folder: string;
}

/** Runs `uv pip ...`; rejects with a PackageFailure that says what was being done. */
export type Uv = (doing: string, timeoutMs: number, args: readonly string[]) => Promise<void>;

const BUILD_UID = 249_999;

export function createUv(given: {
  readonly uv?: string | undefined;
  readonly python: string;
  readonly sdkPath: string;
  readonly source: PackageSource;
  /** The two folders that it may write to. */
  readonly scratch: string;
  readonly cache: string;
}): Uv {
  const { python, sdkPath, source, scratch, cache } = given;
  return async (doing, timeoutMs, args) => {
    const fixed = ['--no-config', '--no-progress', '--cache-dir', cache, '--python', python, '--only-binary', ':all:'];
    const command = [findUv(given.uv), 'pip', ...args, ...fixed, ...folderArguments(source)];
    const read = source.folder === '' ? [] : [source.folder];
    // Not an argument: it may hold a password, and other processes can see arguments.
    const env = source.index === '' ? {} : { UV_DEFAULT_INDEX: source.index };
    const boxed = { python, sdkPath, uid: BUILD_UID, command, env, write: [scratch, cache], read, timeoutMs };
    const { ok, said } = await runBoxed(boxed);
    if (!ok) throw failureFrom(source.index === '' ? said : said.replaceAll(source.index, 'the index'), doing);
  };
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

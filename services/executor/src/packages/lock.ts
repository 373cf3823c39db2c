// The lock of a set of requirements: from wheels alone, and where that cannot be, with wheels that are built for it one after the other.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWheel } from './build-wheel.ts';
import type { LockOptions } from './lock-options.ts';
import { PackageFailure, wantedBuild } from './package-failure.ts';
import { WHEELS_ALONE } from './uv.ts';

const LOCK_WITHIN_MS = 120_000;
const MOST_BUILDS = 20;

/** The text of the lock. Rejects with a PackageFailure. */
export async function makeLock(dependencies: readonly string[], options: LockOptions): Promise<string> {
  const { scratch, source, ways } = options;
  const asked = join(scratch, 'requirements.in');
  writeFileSync(asked, `${dependencies.join('\n')}\n`, { mode: 0o644 });
  for (let builds = 0; ; builds += 1) {
    try {
      return await resolve(dependencies, asked, options, 'fetch');
    } catch (error) {
      const needsBuild = error instanceof PackageFailure && error.type === 'PackagesNeedBuild';
      if (!needsBuild || !source.builds || ways.mayBuild !== true || builds === MOST_BUILDS) throw error;
      const name = await toBuild(dependencies, asked, options);
      if (name === undefined) throw error;
      const end = ways.onBuild?.(name);
      try {
        await buildWheel(name, options);
      } finally {
        end?.();
      }
    }
  }
}

/** As `resolve`, it starts no program: what has to be built is named in its failure, and does not run. */
async function toBuild(dependencies: readonly string[], asked: string, options: LockOptions) {
  const { uv, scratch, cache, built } = options;
  try {
    const lock = join(scratch, 'sources.txt');
    writeFileSync(lock, await resolve(dependencies, asked, options, 'resolve'), { mode: 0o644 });
    await uv({
      doing: `finding what has to be built for ${dependencies.join(', ')}`,
      timeoutMs: LOCK_WITHIN_MS,
      kind: 'resolve',
      args: ['pip', 'install', '--target', join(scratch, 'none'), '--no-deps', '--find-links', built, '-r', lock],
      write: [scratch, cache],
      read: [built],
    });
  } catch (error) {
    const name = wantedBuild(error);
    if (name === undefined) throw error;
    return name;
  }
  return undefined;
}

async function resolve(
  dependencies: readonly string[],
  asked: string,
  { uv, scratch, cache, built }: LockOptions,
  kind: 'fetch' | 'resolve',
): Promise<string> {
  const made = join(scratch, `requirements-${kind}.txt`);
  const flags = ['--generate-hashes', '--no-header', '--no-annotate', '--no-emit-find-links', '--quiet'];
  await uv({
    doing: `locking ${dependencies.join(', ')}`,
    timeoutMs: LOCK_WITHIN_MS,
    kind,
    args: [
      ...['pip', 'compile', asked, ...flags, '--output-file', made, '--find-links', built],
      ...(kind === 'fetch' ? WHEELS_ALONE : []),
    ],
    write: [scratch, cache],
    read: [built],
  });
  return readFileSync(made, 'utf8');
}

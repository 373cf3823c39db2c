/**
 * Builds one source distribution to a wheel. What building runs may be hostile: who has the network runs nothing of it, and what runs it
 * has no network.
 *
 * 1. The source is what uv has unpacked or found in the folder; it is copied into a folder of this build alone.
 * 2. What its building requires is fetched into a cache of this build alone, from wheels. No program is started meanwhile.
 * 3. It is built: without a network, as a user of its own where the executor is root, and no file but the system's and its own.
 *    It ends with all that it has started when the wheel is there, the time is up, or it has written too much.
 * 4. One regular file with the right name is taken from it.
 */

import { randomInt } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  globSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LockOptions, Place } from './lock-options.ts';
import { buildFailure, missingTool, PackageFailure } from './package-failure.ts';
import { FETCH_UID, type UvCall, WHEELS_ALONE } from './uv.ts';

type Box = Omit<UvCall, 'args'>;

const TOOLS_WITHIN_MS = 120_000;
const BUILD_WITHIN_MS = 600_000;
const MOST = { bytes: 2 * 2 ** 30, files: 100_000 };
const MOST_WHEEL_BYTES = 512 * 2 ** 20;
const MOST_TOOLS = 5;
/** uv has fetched all that building requires, and wants to run it. */
const IS_ABOUT_TO_RUN = /Failed to run `[^`]*`[\s\S]*Permission denied/;
/** Users of builds, so that none has another one's. */
const UIDS = 900;

/** `wanted` is such as "docopt==0.6.2". Leaves its wheel in `built`. Rejects with a PackageFailure. */
export async function buildWheel(wanted: string, options: LockOptions): Promise<void> {
  const place = join(options.scratch, `build-${randomInt(2 ** 40)}`);
  const [cache, out] = [join(place, 'cache'), join(place, 'out')];
  for (const folder of [place, cache, out]) mkdirSync(folder, { mode: 0o755 });
  const uid = FETCH_UID - 1 - randomInt(UIDS);
  const most = options.source.buildMost ?? MOST;
  const box = { doing: `building ${wanted}`, timeoutMs: TOOLS_WITHIN_MS, write: [place, out, cache], uid, most };
  try {
    const own = await fetch(wanted, place, box, options);
    await build(['build', '--wheel', '--offline', '--out-dir', out, own], place, box, options);
    takeWheel(out, wanted, options.built);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** A copy of the source, and in the cache what its building says that it requires. */
async function fetch(wanted: string, place: string, box: Box, { uv, copy, ...options }: LockOptions): Promise<string> {
  const empty = join(place, 'empty.in');
  writeFileSync(empty, '', { mode: 0o644 });
  // uv asks the interpreter what it is; later it finds the answer in the cache.
  await uv({ ...box, args: ['pip', 'compile', '--quiet', empty] });
  const source = sourceOf(wanted, options);
  const args = ['build', '--wheel', '--out-dir', join(place, 'none'), source];
  const failure = await failureOf(uv({ ...box, kind: 'resolve', args, read: [source] }));
  if (failure === undefined || !IS_ABOUT_TO_RUN.test(failure.said))
    throw failure ?? unexpected(wanted, 'nothing of it ran');
  const own = join(place, basename(source));
  await copy({ ...box, from: source, to: own });
  return own;
}

/** Only by its building it may be known what else that needs: then it is fetched, and building begins anew. */
async function build(args: readonly string[], place: string, box: Box, { uv }: LockOptions): Promise<void> {
  for (let tools = 0; ; tools += 1) {
    const failure = await failureOf(uv({ ...box, kind: 'foreign', timeoutMs: BUILD_WITHIN_MS, args }));
    if (failure === undefined) return;
    const tool = missingTool(failure.said);
    if (tool === undefined || tools === MOST_TOOLS) throw buildFailure(failure.said, box.doing);
    const target = ['--target', join(place, `tool-${tools}`), ...WHEELS_ALONE];
    await uv({ ...box, args: ['pip', 'install', '--quiet', ...target, tool] });
  }
}

/** Where uv has unpacked it, or the file in the folder of packages. */
function sourceOf(wanted: string, { source, cache }: Place): string {
  const isWanted = (name: string) => plain(name.replace(/\.(tar\.gz|zip|tgz)$/, '')) === plain(wanted);
  if (source.folder !== '') {
    const file = readdirSync(source.folder).find((name) => /\.(tar\.gz|zip|tgz)$/.test(name) && isWanted(name));
    if (file !== undefined) return join(source.folder, file);
  } else {
    const [name = '', version = ''] = wanted.split('==');
    const kinds = readdirSync(cache).filter((entry) => entry.startsWith('sdists-'));
    const found = globSync(`{${kinds.join(',')},none}/{pypi,index/*}/${name.toLowerCase()}/${version}/*/src`, {
      cwd: cache,
    });
    if (found[0] !== undefined) return join(cache, found[0]);
  }
  throw unexpected(wanted, 'its source was not found');
}

/** The one file that building has made: a regular one, of the package that was asked for. */
function takeWheel(out: string, wanted: string, built: string): void {
  const names = readdirSync(out).filter((name) => name.endsWith('.whl'));
  const [name = ''] = names;
  const [distribution = '', version = ''] = name.split('-');
  if (names.length !== 1 || plain(`${distribution}-${version}`) !== plain(wanted))
    throw unexpected(wanted, `it has made ${names.length === 0 ? 'no wheel' : names.join(', ').slice(0, 200)}`);
  const fd = openSync(join(out, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.size > MOST_WHEEL_BYTES)
      throw unexpected(wanted, 'its wheel is no file, or too large');
    writeFileSync(join(built, name), readFileSync(fd), { mode: 0o644 });
  } finally {
    closeSync(fd);
  }
}

/** Names and versions are written in more than one way. */
function plain(text: string): string {
  return text.toLowerCase().replace(/==|[-_.]+/g, '-');
}

async function failureOf(work: Promise<void>): Promise<PackageFailure | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof PackageFailure) return error;
    throw error;
  }
}

function unexpected(wanted: string, what: string): PackageFailure {
  return new PackageFailure('PackagesBuildFailed', `building ${wanted}: ${what}`);
}

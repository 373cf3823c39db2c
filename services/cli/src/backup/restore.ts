// Puts a backup into an empty data folder. Everything is checked before anything is written; a folder that holds data, or that a server has
// open, is left alone.

import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { ConfigError, type DataLock, lockDataFolder } from '@hero-logic/platform';
import { UsageError } from '../core/usage-error.ts';
import { type BackedUpFile, checkStore, FORMAT, hashOf, MANIFEST, type Manifest, storesIn } from './back-up.ts';

export async function restore(source: string, data: string): Promise<Manifest> {
  const manifest = readManifest(source);
  const lock = lockOf(data);
  try {
    const [present] = storesIn(data);
    if (present !== undefined) {
      throw new UsageError(
        `${present} is there already: a backup is restored into an empty folder; set PATH_ROOT to another one`,
      );
    }
    for (const file of manifest.files) await verify(source, file);
    for (const { name } of manifest.files) put(join(source, name), join(data, name));
    return manifest;
  } finally {
    lock.release();
  }
}

function lockOf(data: string): DataLock {
  try {
    return lockDataFolder(data);
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}

function readManifest(source: string): Manifest {
  const file = join(source, MANIFEST);
  if (!existsSync(file)) throw new UsageError(`${source} is no backup: it has no ${MANIFEST}`);
  const manifest = parse(readFileSync(file, 'utf8'));
  if (manifest?.format !== FORMAT || !Array.isArray(manifest.files) || !manifest.files.every(isFile)) {
    throw new UsageError(`${file} is not the manifest of a backup`);
  }
  if (manifest.version !== 1) {
    throw new UsageError(
      `${source} was made by a newer hero-logic (format ${manifest.version}); restore it with that one`,
    );
  }
  return manifest;
}

function parse(text: string): Manifest | undefined {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return undefined; // Said by the caller, as for any other text.
  }
}

/** A name that leads out of the folder is none of a backup. */
function isFile(file: BackedUpFile): boolean {
  const { name, sha256, bytes } = file;
  if (typeof name !== 'string' || typeof sha256 !== 'string' || typeof bytes !== 'number') return false;
  return name.endsWith('.sqlite') && normalize(name) === name && !name.startsWith(sep) && !name.startsWith('..');
}

async function verify(source: string, { name, bytes, sha256 }: BackedUpFile): Promise<void> {
  const file = join(source, name);
  if (!existsSync(file)) throw new UsageError(`the backup lacks ${name}`);
  if (statSync(file).size !== bytes || (await hashOf(file)) !== sha256) {
    throw new UsageError(`${file} is not what was backed up: its size or checksum differs; take another backup`);
  }
  checkStore(file);
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  const part = `${to}.part`;
  rmSync(part, { force: true });
  copyFileSync(from, part);
  renameSync(part, to);
}

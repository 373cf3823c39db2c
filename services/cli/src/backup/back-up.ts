/**
 * Copies the embedded stores of a data folder while they are written to, by SQLite's online backup: each copy is one file as of one moment,
 * checked, with its size and SHA-256 in a manifest. A local run keeps everything in one file, so that its copy is one moment of everything;
 * services in processes of their own have a file each, and the copies are of different moments.
 */

import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../core/usage-error.ts';

export interface BackedUpFile {
  /** Inside the data folder. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly format: typeof FORMAT;
  readonly version: 1;
  readonly created_at: string;
  readonly files: readonly BackedUpFile[];
}

export const FORMAT = 'hero-logic backup';
export const MANIFEST = 'manifest.json';
/** All at once: a copy that gave way to writers would begin anew after each of their commits. Readers keep no writer waiting. */
const ALL_PAGES = 2 ** 31 - 1;
const LOCK = 'lock.sqlite';

export interface BackUpOptions {
  /** The data folder. */
  readonly data: string;
  /** A folder that does not exist, or is empty. */
  readonly target: string;
  readonly now: number;
}

export async function backUp({ data, target, now }: BackUpOptions): Promise<Manifest> {
  const sources = storesIn(data);
  if (sources.length === 0) throw new UsageError(`there is nothing to back up in ${data}`);
  const folder = resolve(target);
  mustBeFree(folder);
  // Whole or not at all: a backup that was cut short never has the name of one.
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true, mode: 0o700 });
  try {
    const files: BackedUpFile[] = [];
    for (const source of sources) files.push(await copyStore(source, part, relative(data, source)));
    const manifest: Manifest = { format: FORMAT, version: 1, created_at: new Date(now).toISOString(), files };
    writeFileSync(join(part, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600, flush: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(part, folder);
    return manifest;
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
}

/** In the folder and in the folders of its services. */
export function storesIn(data: string): string[] {
  if (!existsSync(data)) return [];
  const entries = readdirSync(data, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(data, name));
  return [data, ...folders]
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => file.endsWith('.sqlite') && !file.endsWith(LOCK))
    .sort();
}

/** INVALID when SQLite finds it damaged. */
export function checkStore(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const { quick_check: found } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (found !== 'ok') throw new UsageError(`${file} is damaged: ${found}`);
  } finally {
    db.close();
  }
}

export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function copyStore(source: string, folder: string, name: string): Promise<BackedUpFile> {
  const copy = join(folder, name);
  mkdirSync(dirname(copy), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(source, { readOnly: true, timeout: 5000 });
  try {
    await backup(db, copy, { rate: ALL_PAGES });
  } finally {
    db.close();
  }
  settle(copy);
  checkStore(copy);
  chmodSync(copy, 0o600);
  return { name, bytes: statSync(copy).size, sha256: await hashOf(copy) };
}

/** One file, without a log beside it. */
function settle(copy: string): void {
  const db = new DatabaseSync(copy);
  db.exec('PRAGMA journal_mode = DELETE');
  db.close();
}

function mustBeFree(folder: string): void {
  if (!existsSync(folder)) return;
  if (statSync(folder).isDirectory() && readdirSync(folder).length === 0) return;
  throw new UsageError(`${folder} is there already; name a folder that is not`);
}

import { execFile } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  opendirSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InterpreterLog } from './interpreter.ts';

const run = promisify(execFile);
const OUTPUT_FILE = '.output';
const OUTPUT_BYTES = 64 * 1024;
const PREFIX = 'play-';
/** A folder with more is not the usual one. */
const MOST_FILES = 20;
/** sockaddr_un holds 108 bytes with the final zero on Linux, 104 on macOS. */
const SOCKET_PATH_BYTES = 103;

/** The folders of plays: one each, of the play alone, below a folder that others may pass through but not list. */
export interface WorkFolders {
  readonly root: string;
  create(id: string): string;
  /** Removes it whatever a play has put into it; a failure is logged, not thrown. */
  remove(dir: string): Promise<void>;
  removeAll(): Promise<void>;
}

/** Folders that an earlier run left behind are removed in passing. */
export function createWorkFolders(options: { dir: string; log: InterpreterLog }): WorkFolders {
  const root = join(options.dir, 'plays');
  mkdirSync(options.dir, { recursive: true, mode: 0o711 });
  mkdirSync(root, { recursive: true, mode: 0o711 });
  const list = () => readdirSync(root).filter((name) => name.startsWith(PREFIX) || name.startsWith('probe-'));

  async function remove(dir: string): Promise<void> {
    try {
      if (removeFlat(dir)) return;
      await rm(dir, { recursive: true, force: true });
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(dir)) return;
      // Folders nested deeper than a path can be long, for one, defeat it; rm(1) walks by descriptor. One that a play made without the right
      // to read it cannot be emptied by the same user either.
      await run('rm', ['-rf', '--', dir])
        .catch(() => run('chmod', ['-R', 'u+rwx', '--', dir]).then(() => run('rm', ['-rf', '--', dir])))
        .catch((error: unknown) =>
          options.log.warn({ dir, error: String(error) }, 'cannot remove the work folder of a play'),
        );
    }
  }

  const leftOver = list();
  if (leftOver.length > 0) void Promise.all(leftOver.map((name) => remove(join(root, name))));

  return {
    root,
    create(id) {
      const dir = join(root, PREFIX + id);
      mkdirSync(dir, { mode: 0o700 });
      return dir;
    },
    remove,
    removeAll: async () => void (await Promise.all(list().map((name) => remove(join(root, name))))),
  };
}

/**
 * The usual folder: a few files and no folders. A handful of calls of the system at once takes less of the main thread than as many promises
 * (5.6 % of its time with plays that do nothing), and a folder with more is left to `rm`.
 */
function removeFlat(dir: string): boolean {
  if (!emptyFlat(dir)) return false;
  rmdirSync(dir);
  return true;
}

/** Makes the folder ready for the next play of its process; false = it is not, and cannot be used again. */
export function emptyForNext(dir: string): boolean {
  try {
    return emptyFlat(dir, OUTPUT_FILE);
  } catch {
    return false;
  }
}

function emptyFlat(dir: string, without = ''): boolean {
  const names: string[] = [];
  const folder = opendirSync(dir);
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      if (entry.isDirectory() || names.length === MOST_FILES) return false;
      names.push(entry.name);
    }
  } finally {
    folder.closeSync();
  }
  for (const name of names) if (name !== without) unlinkSync(join(dir, name));
  return true;
}

/** What the play wrote to descriptors 1 and 2, cut. Opened with care: the play may have put anything under that name. */
export function readOutput(dir: string): string {
  let fd: number;
  try {
    fd = openSync(join(dir, OUTPUT_FILE), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return '';
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || stats.size === 0) return '';
    const buffer = Buffer.alloc(Math.min(stats.size, OUTPUT_BYTES));
    const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0));
    return stats.size > OUTPUT_BYTES ? `${text}\n…[cut, ${stats.size} bytes]` : text;
  } finally {
    closeSync(fd);
  }
}

/** Appends chunks up to the same cap, for output that comes through pipes. */
export function createOutputBuffer(): { push(chunk: Buffer): void; text(): string } {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    push(chunk) {
      if (bytes < OUTPUT_BYTES) chunks.push(chunk.subarray(0, OUTPUT_BYTES - bytes));
      bytes += chunk.length;
    },
    text() {
      const text = Buffer.concat(chunks).toString('utf8');
      return bytes > OUTPUT_BYTES ? `${text}\n…[cut, ${bytes} bytes]` : text;
    },
  };
}

/** A place for Unix sockets, of this user alone: `dir` where their paths fit into an address, else a temporary folder. */
export async function createSocketFolder(
  dir: string,
): Promise<{ path(name: string): string; remove(): Promise<void> }> {
  const own = join(dir, 'sockets');
  const longestName = 'x'.repeat(16);
  if (Buffer.byteLength(join(own, longestName)) <= SOCKET_PATH_BYTES) {
    await rm(own, { recursive: true, force: true });
    mkdirSync(own, { recursive: true, mode: 0o700 });
    return { path: (name) => join(own, name), remove: () => rm(own, { recursive: true, force: true }) };
  }
  const short = await mkdtemp(join(tmpdir(), 'hero-'));
  if (Buffer.byteLength(join(short, longestName)) > SOCKET_PATH_BYTES) {
    throw new Error(`the temporary folder ${tmpdir()} is too long for a Unix socket; set TMPDIR to a short path`);
  }
  return { path: (name) => join(short, name), remove: () => rm(short, { recursive: true, force: true }) };
}

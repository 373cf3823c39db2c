// How much lies in a folder that somebody else fills: looked at again and again, because there is no limit for many files together.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 250;
const BLOCK = 512;

export interface Most {
  readonly bytes: number;
  readonly files: number;
}

/** Resolves with what is too much, in words; with undefined once `over` is aborted. */
export async function watchFolder(folder: string, most: Most, over: AbortSignal): Promise<string | undefined> {
  while (!over.aborted) {
    const { bytes, files } = await measure(folder, most);
    if (over.aborted) return undefined;
    if (bytes > most.bytes) return `it has written more than ${Math.round(most.bytes / 2 ** 20)} MiB: no space left`;
    if (files > most.files) return `it has made more than ${most.files} files: no space left`;
    await pause(EVERY_MS, undefined, { signal: over, ref: false }).catch(() => {});
  }
  return undefined;
}

/** Stops counting above `most`. What disappears meanwhile counts nothing. */
async function measure(folder: string, most: Most): Promise<Most> {
  const waiting = [folder];
  let [bytes, files] = [0, 0];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      const path = join(next, entry.name);
      files += 1;
      if (entry.isDirectory()) waiting.push(path);
      else bytes += (await lstat(path).catch(() => ({ blocks: 0 }))).blocks * BLOCK;
      if (bytes > most.bytes || files > most.files) return { bytes, files };
    }
  }
  return { bytes, files };
}

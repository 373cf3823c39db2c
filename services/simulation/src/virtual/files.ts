/**
 * Work folders of plays in memory: how long the real disk takes must not decide who is next. What the services write below FOLDER
 * comes here, with the calls that they use for it (`writeFileSync`; `open` with `appendFile` and `close`); all else goes its way.
 */

import { createRequire, syncBuiltinESMExports } from 'node:module';

export const FOLDER = '/simulated/';

export interface Files {
  /** Empty = there is none. */
  read(path: string): string;
  write(path: string, text: string): void;
  remove(folder: string): void;
  /** Gives the real ones back. */
  close(): void;
}

type Call = (path: unknown, ...rest: unknown[]) => unknown;

const require = createRequire(import.meta.url);

export function takeOverFiles(): Files {
  const kept = new Map<string, string>();
  const fs = require('node:fs') as { writeFileSync: Call };
  const promises = require('node:fs/promises') as { open: Call };
  const real = { writeFileSync: fs.writeFileSync, open: promises.open };
  const isOurs = (path: unknown): path is string => typeof path === 'string' && path.startsWith(FOLDER);
  fs.writeFileSync = (path, text, ...rest) => {
    if (!isOurs(path)) return real.writeFileSync(path, text, ...rest);
    kept.set(path, String(text));
    return undefined;
  };
  promises.open = async (path, ...rest) => {
    if (!isOurs(path)) return real.open(path, ...rest);
    const appendFile = async (text: string) => void kept.set(path, (kept.get(path) ?? '') + text);
    return { appendFile, close: async () => {} };
  };
  syncBuiltinESMExports();
  return {
    read: (path) => kept.get(path) ?? '',
    write: (path, text) => void kept.set(path, text),
    remove(folder) {
      for (const path of kept.keys()) if (path.startsWith(`${folder}/`)) kept.delete(path);
    },
    close() {
      fs.writeFileSync = real.writeFileSync;
      promises.open = real.open;
      syncBuiltinESMExports();
    },
  };
}

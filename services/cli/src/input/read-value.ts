// A value of the command line: the text itself, @FILE for the text of a file, @- for stdin, @@TEXT for a text that begins with @.

import { readFile } from 'node:fs/promises';
import type { Io } from '../core/io.ts';
import { UsageError } from '../core/usage-error.ts';

export type ReadValue = (text: string, what: string) => Promise<string>;

export function createReadValue(io: Pick<Io, 'readStdin'>): ReadValue {
  let stdinTakenBy: string | undefined;
  return async (text, what) => {
    if (!text.startsWith('@')) return text;
    if (text.startsWith('@@')) return text.slice(1);
    if (text !== '@-') return decode(await readFileFor(text.slice(1), what), what);
    if (stdinTakenBy !== undefined) throw new UsageError(`${what}: stdin was read for ${stdinTakenBy} already`);
    stdinTakenBy = what;
    return decode(await io.readStdin(), what);
  };
}

async function readFileFor(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') {
      throw new UsageError(`${what}: there is no file "${path}"; for a text that begins with @ write @@`);
    }
    throw new UsageError(`${what}: cannot read "${path}" (${code ?? String(error)})`);
  }
}

export function decode(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${what}: the file is not UTF-8 text`);
  }
}

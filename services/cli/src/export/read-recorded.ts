import { readFileSync } from 'node:fs';
import { UsageError } from '../core/usage-error.ts';
import { type RecordedPlay, recordedIn } from './recorded-play.ts';

/** The recorded play of a file, or of a page that holds one. UsageError: it cannot be read, or is none. */
export function readRecorded(file: string): RecordedPlay {
  const recorded = recordedIn(read(file));
  if (recorded === undefined) throw new UsageError(`${file} is no exported play; "play export" writes one`);
  return recorded;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}

// A play moves to another version of its workflow: it runs from the start there, with its answers.

import type { PlayLimits } from './gates.ts';
import { takeOver } from './lease.ts';
import { type Play, wake } from './play.ts';

export interface PlayVersion {
  readonly sid: string;
  readonly number: number;
  readonly limits: PlayLimits;
}

/**
 * Ready to run on the version. A run of the old version that is under way loses its lease: what it still reports counts no
 * more, and its executor kills it. A play that is being cancelled stays with that run, and ends with it.
 */
export function moveToVersion(play: Play, version: PlayVersion, now: number): Play {
  if (play.cancel !== undefined) return play;
  const { sid: versionSid, number: versionNumber, limits } = version;
  return wake(takeOver({ ...play, versionSid, versionNumber, limits }, now), now);
}

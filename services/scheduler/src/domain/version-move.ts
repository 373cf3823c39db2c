// A play moves to another version of its workflow: it runs from the start there, with its answers.

import { takeOver } from './lease.ts';
import { type Play, wake } from './play.ts';

export interface PlayVersion {
  readonly sid: string;
  readonly number: number;
}

/**
 * Ready to run on the version. A run of the old version that is under way loses its lease: what it still reports counts no
 * more, and its executor kills it. A play that is being cancelled
 * stays with that run, and ends with it.
 */
export function moveToVersion(play: Play, version: PlayVersion, now: number): Play {
  if (play.cancel !== undefined) return play;
  return wake(takeOver({ ...play, versionSid: version.sid, versionNumber: version.number }, now), now);
}

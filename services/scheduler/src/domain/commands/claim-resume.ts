// Says who is answering a question, and takes that back.

import { claimPause, releasePause } from '../answer-decision.ts';
import type { Pause } from '../pause.ts';
import { type CommandDeps, groupsOf, publishChange } from './deps.ts';

const USUAL_MS = 10 * 60_000;

export interface ClaimResume {
  readonly playSid: string;
  readonly resumeId: string;
  readonly by: string;
  readonly forMs?: number | undefined;
}

/** The question as it then is. PLAY_NOT_FOUND, and what `claimPause` throws. */
export async function claimResume(deps: CommandDeps, asked: ClaimResume): Promise<Pause> {
  const { playSid, resumeId, by, forMs = USUAL_MS } = asked;
  const claiming = { by, now: deps.clock.now(), forMs, groups: groupsOf(deps.config) };
  const { play, pause } = await deps.store.changePause(playSid, resumeId, (play, found) => {
    const change = claimPause(play, found, resumeId, claiming);
    return { ...change, result: { play, pause: change.result } };
  });
  publishChange(deps, play);
  return pause;
}

/** The question as it then is. PLAY_NOT_FOUND, and what `releasePause` throws. */
export async function releaseResume(deps: CommandDeps, asked: Omit<ClaimResume, 'forMs'>): Promise<Pause> {
  const { playSid, resumeId, by } = asked;
  const now = deps.clock.now();
  const { play, pause } = await deps.store.changePause(playSid, resumeId, (play, found) => {
    const change = releasePause(play, found, resumeId, { by, now });
    return { ...change, result: { play, pause: change.result } };
  });
  publishChange(deps, play);
  return pause;
}

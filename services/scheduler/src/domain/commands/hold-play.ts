// An operator holds a play and lets it go on. A running one is told at once, and goes on until its next step boundary.

import { topics } from '@hero-logic/platform';
import { hold, unhold } from '../hold.ts';
import type { Play } from '../play.ts';
import { type CommandDeps, publishChange } from './deps.ts';

export interface HoldPlay {
  readonly playSid: string;
  readonly by: string;
  readonly reason: string;
}

/** PLAY_NOT_FOUND, PLAY_ENDED. */
export async function holdPlay(deps: CommandDeps, { playSid, by, reason }: HoldPlay): Promise<void> {
  const at = deps.clock.now();
  await change(deps, playSid, (found) => hold(found, { at, by, reason }));
}

/** PLAY_NOT_FOUND. */
export async function unholdPlay(deps: CommandDeps, playSid: string): Promise<void> {
  await change(deps, playSid, unhold);
}

async function change(deps: CommandDeps, playSid: string, next: (play: Play) => Play): Promise<void> {
  const { play, changed } = await deps.store.change(playSid, (found) => {
    const after = next(found);
    return { play: after, result: { play: after, changed: after !== found } };
  });
  if (!changed) return;
  publishChange(deps, play);
  // Its executor asks how its leases stand.
  if (play.status === 'running') deps.signals.publish(topics.cancel);
}

// Stops a play. One that has no process ends at once; a running one is asked to stop, and the caller waits for its end a little
// longer than its executor's grace. Idempotent.

import { topics, waitUntil } from '@hero-logic/platform';
import { cancel, isTerminal, type Play } from '../play.ts';
import { type CommandDeps, closeTree, publishChange } from './deps.ts';

const MARGIN_MS = 2000;

/** Asks a play to end; gives it as it then stands. */
export async function requestCancel(
  deps: CommandDeps,
  playSid: string,
  reason: string,
  stop: Stop = cancel,
): Promise<Play> {
  const now = deps.clock.now();
  const { play, changed } = await deps.store.change(playSid, (found) => {
    const next = stop(found, reason, now);
    return { play: next, result: { play: next, changed: next !== found } };
  });
  if (changed) await announceCancel(deps, play);
  return play;
}

/** Tells everybody of a play that was just cancelled or asked to stop. */
export async function announceCancel(deps: CommandDeps, play: Play): Promise<void> {
  publishChange(deps, play);
  if (play.status === 'running') deps.signals.publish(topics.cancel);
  if (isTerminal(play.status)) await closeTree(deps, play.sid);
}

/** `cancel` with its grace, or `terminate` without. */
type Stop = (play: Play, reason: string, now: number) => Play;

/** Waits until the play has ended, or it took too long. */
export async function cancelPlay(
  deps: CommandDeps,
  playSid: string,
  reason: string,
  abort: AbortSignal | undefined,
  stop: Stop = cancel,
): Promise<void> {
  const play = await requestCancel(deps, playSid, reason, stop);
  if (isTerminal(play.status)) return;
  await waitUntil({
    signals: deps.signals,
    topics: [topics.play(playSid)],
    timeoutMs: deps.config.cancelGraceMs + MARGIN_MS,
    abort,
    check: async () => {
      const now = await deps.store.find(playSid);
      return now === undefined || isTerminal(now.status) ? true : undefined;
    },
  });
}

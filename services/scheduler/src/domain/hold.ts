// An operator holds a play, lets it go, or ends it without grace. A hold is a mark beside the status: whoever runs the play is told,
// and nobody claims it while the mark is there. Answers and timers are taken meanwhile.

import { playEnded } from './errors.ts';
import { cancel, isTerminal, type Play } from './play.ts';

export interface Hold {
  readonly at: number;
  /** Who and why, for people. */
  readonly by: string;
  readonly reason: string;
}

/** The first hold stands. PLAY_ENDED. */
export function hold(play: Play, wanted: Hold): Play {
  if (isTerminal(play.status)) throw playEnded(play);
  return play.hold === undefined ? { ...play, hold: wanted } : play;
}

export function unhold(play: Play): Play {
  return play.hold === undefined ? play : { ...play, hold: undefined };
}

/** As cancel, and a running play gets no grace, nor what is left of one. The first reason stands. */
export function terminate(play: Play, reason: string, now: number): Play {
  const asked = cancel(play, reason, now);
  if (asked.status !== 'running' || asked.cancel === undefined || asked.cancel.kill === true) return asked;
  return { ...asked, cancel: { ...asked.cancel, kill: true } };
}

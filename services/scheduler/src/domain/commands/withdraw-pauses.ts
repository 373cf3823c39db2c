// Withdraws what a play does not wait for any more: the waits that lost a race. All kinds alike; each is a change of its own, so that a
// call that was cut short is simply made again.

import { playNotFound } from '../errors.ts';
import { requireLease } from '../lease.ts';
import { type PauseKind, withdrawPause } from '../pause.ts';
import { type CommandDeps, FAMILY_TOPIC, publishChange } from './deps.ts';

export interface WithdrawPauses {
  readonly playSid: string;
  readonly token: string;
  readonly resumeIds: readonly string[];
}

export interface WithdrawnPause {
  readonly resumeId: string;
  readonly kind: PauseKind;
}

/** Those of the pauses that are withdrawn now, in the order asked, whoever did it: what hangs on them can be ended by that. */
export async function withdrawPauses(deps: CommandDeps, asked: WithdrawPauses): Promise<WithdrawnPause[]> {
  const { playSid, token, resumeIds } = asked;
  const play = await deps.store.find(playSid);
  if (play === undefined) throw playNotFound(playSid);
  requireLease(play, token);
  const withdrawn: WithdrawnPause[] = [];
  let isChanged = false;
  for (const resumeId of new Set(resumeIds)) {
    const kind = await deps.store.changePause(playSid, resumeId, (found, pause) => {
      const change = withdrawPause(found, pause, token);
      if (change.result) isChanged = true;
      const isWithdrawn = change.result || pause?.state === 'withdrawn';
      return { ...change, result: isWithdrawn ? pause?.kind : undefined };
    });
    if (kind !== undefined) withdrawn.push({ resumeId, kind });
  }
  if (isChanged) publishChange(deps, play);
  if (withdrawn.some(({ kind }) => kind === 'child')) deps.signals.publish(FAMILY_TOPIC);
  return withdrawn;
}

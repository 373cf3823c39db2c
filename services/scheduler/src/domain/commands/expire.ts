// What time does by itself: leases that nobody renewed, pauses whose time is over, and what a crash left half done.

import { topics } from '@hero-logic/platform';
import { expireLease, takeOver } from '../lease.ts';
import { expirePause } from '../pause.ts';
import { isTerminal, type Play, wake } from '../play.ts';
import { type CommandDeps, closeTree, publishChange } from './deps.ts';

const BATCH = 200;

/** Frees the plays whose lease is over. */
export async function expireLeases(deps: CommandDeps): Promise<void> {
  const now = deps.clock.now();
  for (;;) {
    const sids = await deps.store.listExpiredLeases(now, BATCH);
    await Promise.all(
      sids.map(async (sid) => {
        const play = await changeState(deps, sid, (found) => expireLease(found, now));
        if (play.lease === undefined) {
          deps.log.warn({ play_sid: sid, attempt: play.attempt }, 'a lease expired');
          deps.watcher?.leaseExpired();
        }
        if (isTerminal(play.status)) await closeTree(deps, sid);
      }),
    );
    if (sids.length < BATCH) return;
  }
}

/** Resolves the pauses that are due. */
export async function expirePauses(deps: CommandDeps): Promise<void> {
  const now = deps.clock.now();
  for (;;) {
    const due = await deps.store.listDuePauses(now, BATCH);
    await Promise.all(
      due.map(async ({ playSid, resumeId }) => {
        const { changed, escalated } = await deps.store.changePause(playSid, resumeId, (play, pause) => {
          const { result: changed, ...change } = expirePause(play, pause, now);
          const escalates = change.pause !== undefined && change.pause.escalatedAt !== pause?.escalatedAt;
          return { ...change, result: { changed, escalated: escalates ? play : undefined } };
        });
        if (escalated !== undefined) deps.escalated(escalated, resumeId);
        if (changed) publishChange(deps, { sid: playSid, status: 'pending' });
      }),
    );
    if (due.length < BATCH) return;
  }
}

/** Lets plays begin whose workflow's start rate allows it again. */
export async function openRates(deps: CommandDeps): Promise<void> {
  if (await deps.store.openRates(deps.clock.now())) deps.signals.publish(topics.playsReady);
}

/** Lets plays begin whose time has come. */
export async function beginDelayed(deps: CommandDeps): Promise<void> {
  if (await deps.store.beginDelayed(deps.clock.now())) deps.signals.publish(topics.playsReady);
}

/** Wakes plays that wait although an answer is there. */
export async function wakeMissed(deps: CommandDeps): Promise<void> {
  const now = deps.clock.now();
  for (const sid of await deps.store.listMissedWakeUps(BATCH)) {
    await changeState(deps, sid, (found) => wake(found, now));
  }
}

/** Puts everything that was running back to pending: the process that ran it is gone. */
export async function takeOverAll(deps: CommandDeps): Promise<void> {
  const now = deps.clock.now();
  const sids = await deps.store.listRunning();
  await Promise.all(sids.map((sid) => changeState(deps, sid, (found) => takeOver(found, now))));
  if (sids.length > 0) deps.log.info({ plays: sids.length }, 'took over the plays of the run before');
}

async function changeState(deps: CommandDeps, sid: string, next: (play: Play) => Play): Promise<Play> {
  const play = await deps.store.change(sid, (found) => {
    const changed = next(found);
    return { play: changed, result: changed };
  });
  publishChange(deps, play);
  return play;
}

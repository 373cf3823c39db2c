// What the schedule does: due times become firings, and firings that may start become plays.

import { admit } from '../../trigger/overlap.ts';
import { specOf } from '../../trigger/schedule.ts';
import { takeDue } from '../../trigger/trigger.ts';
import type { TriggerChange } from '../../trigger/trigger-store.ts';
import { cancelPlays } from './cancel-plays.ts';
import type { TriggerDeps } from './deps.ts';
import { startFire } from './start-fire.ts';

const BATCH = 200;

/** Takes everything that is due, and starts what may start. */
export async function fireDue(deps: TriggerDeps): Promise<void> {
  for (;;) {
    const due = await deps.triggers.listDue(deps.clock.now(), BATCH);
    await Promise.all(due.map((sid) => fireOne(deps, sid)));
    const starting = await deps.triggers.listStarting(deps.clock.now(), BATCH);
    await Promise.all(starting.map((fire) => startFire(deps, fire)));
    if (due.length < BATCH && starting.length < BATCH) return;
  }
}

async function fireOne(deps: TriggerDeps, sid: string): Promise<void> {
  const now = deps.clock.now();
  const cancel = await deps.triggers.change(sid, [], (found, facts): TriggerChange<readonly string[]> => {
    const { trigger, due } = takeDue(found, specOf(found), now);
    const { cancel, ...decided } = admit(trigger, facts, due, now);
    return { ...decided, result: cancel };
  });
  await cancelPlays(deps, cancel);
}

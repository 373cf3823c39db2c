// Removes plays that are hidden: first what the executor keeps of them, then the play. Whoever dies in between is repeated.

import type { OperateDeps } from './deps.ts';

const BATCH = 250;

/** Some of those that `by` hides; how many. */
export async function removeSome(deps: OperateDeps, by: string, atMost = BATCH): Promise<number> {
  const sids = await deps.removals.listHidden(by, atMost);
  if (sids.length > 0) await removeTogether(deps, sids, by);
  return sids.length;
}

export async function removeTogether(deps: OperateDeps, sids: readonly string[], by: string): Promise<void> {
  await deps.playData.remove(sids);
  await deps.removals.remove(sids, by, deps.clock.now());
}

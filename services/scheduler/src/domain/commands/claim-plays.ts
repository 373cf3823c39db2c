// Hands pending plays to an executor, each under a lease of its own.

import type { ClaimedPlay } from '../play-store.ts';
import { type CommandDeps, publishChange } from './deps.ts';

/** A claim has to fit into one message (32 MiB) with room for the rest of the plays. */
const MAX_CLAIM_BYTES = 24 * 1024 * 1024;
/** Of the answers of one play's children; together with its input and its other answers they have to fit as well. */
const MAX_CHILD_BYTES = 8 * 1024 * 1024;

export interface ClaimFor {
  readonly executorId: string;
  readonly atMost: number;
  readonly freeSlots: number;
}

export async function claimPlays(deps: CommandDeps, wanted: ClaimFor): Promise<ClaimedPlay[]> {
  const { executorId, atMost, freeSlots } = wanted;
  const now = deps.clock.now();
  const limits = { plays: atMost, slots: freeSlots, bytes: MAX_CLAIM_BYTES, childBytes: MAX_CHILD_BYTES };
  const claimed = await deps.store.claim(limits, () => ({
    token: deps.newToken(),
    executorId,
    now,
    ttlMs: deps.config.leaseTtlMs,
  }));
  if (claimed.length > 0)
    deps.watcher?.claimed(
      claimed.map(({ play }) => play),
      now,
    );
  for (const { play } of claimed) publishChange(deps, play);
  return claimed;
}

/** Puts back what was claimed for an executor that went away while it waited. */
export async function unclaimPlays(deps: CommandDeps, claimed: readonly ClaimedPlay[]): Promise<void> {
  for (const { play, lease } of claimed) {
    const changed = await deps.store.change(play.sid, (found) => {
      if (found.lease?.token !== lease.token) return { result: found };
      const pending = { ...found, status: 'pending' as const, lease: undefined, attempt: found.attempt - 1 };
      return { play: pending, result: pending };
    });
    publishChange(deps, changed);
  }
}

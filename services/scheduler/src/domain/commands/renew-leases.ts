// Keeps leases. A renewal only moves the expiry, so nobody but the loop of expired leases cares, and that looks again by itself.

import type { LeaseState } from '../lease.ts';
import type { CommandDeps } from './deps.ts';

export interface Renewals {
  readonly states: readonly LeaseState[];
  readonly expiresAt: number;
}

/** So many in one transaction: more would hold up everybody else. */
const BATCH = 500;

export async function renewLeases(
  deps: CommandDeps,
  leases: readonly { readonly playSid: string; readonly token: string }[],
): Promise<Renewals> {
  const now = deps.clock.now();
  const states: LeaseState[] = [];
  for (let i = 0; i < leases.length; i += BATCH) {
    states.push(...(await deps.store.renew(leases.slice(i, i + BATCH), now, deps.config.leaseTtlMs)));
  }
  return { states, expiresAt: now + deps.config.leaseTtlMs };
}

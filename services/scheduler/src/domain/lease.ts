// Leases: who runs a play, and until when. The token fences: whoever does not hold the present one changes nothing.

import { leaseLost } from './errors.ts';
import { cancelError, end, type Play } from './play.ts';

export interface Lease {
  readonly token: string;
  readonly executorId: string;
  readonly claimedAt: number;
  readonly renewedAt: number;
  readonly expiresAt: number;
}

export interface LeaseGrant {
  readonly token: string;
  readonly executorId: string;
  readonly now: number;
  readonly ttlMs: number;
}

export type LeaseState = 'ok' | 'cancel' | 'terminate' | 'hold' | 'lost';

/** So many runs in a row without a report mean that the play itself brings its executors down. */
const MAX_LOST_LEASES = 10;

export function claim(play: Play, grant: LeaseGrant): Play {
  if (play.status !== 'pending' || play.hold !== undefined) {
    throw new Error(`illegal: a claim of play ${play.sid}, which is ${play.hold === undefined ? play.status : 'held'}`);
  }
  const { token, executorId, now, ttlMs } = grant;
  const lease = { token, executorId, claimedAt: now, renewedAt: now, expiresAt: now + ttlMs };
  return { ...play, status: 'running', attempt: play.attempt + 1, lease, startedAt: play.startedAt ?? now };
}

export function holdsLease(play: Play, token: string): boolean {
  return play.status === 'running' && play.lease?.token === token;
}

/** The play, when the token is that of its present lease; else LEASE_LOST. */
export function requireLease(play: Play, token: string): Play & { readonly lease: Lease } {
  if (!holdsLease(play, token) || play.lease === undefined) throw leaseLost(play.sid);
  return { ...play, lease: play.lease };
}

/** A lease that is late but not yet taken away is prolonged like any other. */
export function renew(play: Play, token: string, now: number, ttlMs: number): { state: LeaseState; play: Play } {
  if (!holdsLease(play, token) || play.lease === undefined) return { state: 'lost', play };
  const lease = { ...play.lease, renewedAt: now, expiresAt: now + ttlMs };
  return { state: wish(play), play: { ...play, lease } };
}

/** What its executor is to do with a play whose lease holds. */
function wish(play: Play): LeaseState {
  if (play.cancel !== undefined) return play.cancel.kill === true ? 'terminate' : 'cancel';
  return play.hold === undefined ? 'ok' : 'hold';
}

/** Takes an expired lease away. A play that lost too many in a row fails: it may be what kills its executors. */
export function expireLease(play: Play, now: number): Play {
  if (play.lease === undefined || play.lease.expiresAt > now) return play;
  const freed = { ...endRun(play), lostLeases: play.lostLeases + 1 };
  if (freed.cancel !== undefined) return end(freed, 'cancelled', now, cancelError(freed.cancel.reason));
  if (freed.lostLeases < MAX_LOST_LEASES) return { ...freed, status: 'pending', readyAt: now };
  return end(freed, 'failed', now, {
    type: 'ExecutorLost',
    message: `the executor was lost ${MAX_LOST_LEASES} times in a row while it ran this play; the play may be what brings it down`,
    traceback: '',
  });
}

/** The process that held the lease is known to be gone (a restart of a local run): no blame for the play. */
export function takeOver(play: Play, now: number): Play {
  if (play.lease === undefined) return play;
  const freed = endRun(play);
  if (freed.cancel !== undefined) return end(freed, 'cancelled', now, cancelError(freed.cancel.reason));
  return { ...freed, status: 'pending', readyAt: now };
}

function endRun(play: Play): Play {
  const { lease } = play;
  const ran = lease === undefined ? 0 : Math.max(0, lease.renewedAt - lease.claimedAt);
  return { ...play, lease: undefined, durationMs: play.durationMs + ran };
}

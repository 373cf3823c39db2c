// What a scheduler and its executors have to agree on.

/** A lost lease expires after this. */
export const LEASE_TTL_MS = 10_000;

/** Between SIGTERM and SIGKILL of a cancelled play. */
export const KILL_GRACE_MS = 5_000;

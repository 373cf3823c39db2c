// The HTTP status of a refusal at the door itself, before any call.

import type { Reason } from '@hero-logic/platform';

const STATUS: Partial<Record<Reason, number>> = { UNAUTHENTICATED: 401, PERMISSION_DENIED: 403, INVALID_ARGUMENT: 400 };

/** Anything else is a door that cannot find out now. */
export function doorStatus(reason: Reason): number {
  return STATUS[reason] ?? 503;
}

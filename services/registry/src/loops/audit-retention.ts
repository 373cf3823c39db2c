// Removes events of the audit log that are older than they are kept.

import { type Clock, createPeriodicLoop, type Log, type Loop } from '@hero-logic/platform';
import type { AuditStore } from '../domain/access/ports.ts';

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
const BATCH = 1000;

export interface AuditRetentionDeps {
  readonly audit: AuditStore;
  readonly keepDays: number;
  readonly clock: Clock;
  readonly log: Log;
}

export function createAuditRetention({ audit, keepDays, clock, log }: AuditRetentionDeps): Loop {
  return createPeriodicLoop({
    name: 'audit-retention',
    everyMs: EVERY_MS,
    clock,
    log,
    async turn(signal) {
      const before = clock.now() - keepDays * DAY_MS;
      while (!signal.aborted && (await audit.removeBefore(before, BATCH)) === BATCH);
    },
  });
}

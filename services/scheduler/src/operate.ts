// Composition of what keeps a deployment going for years: bulk jobs, groups of failures, retention.

import { createPeriodicLoop, type Loop, type Routes } from '@hero-logic/platform';
import { BulkService } from '@hero-logic/proto/herologic/scheduler/v1/bulk_service_pb';
import { ErrorGroupService } from '@hero-logic/proto/herologic/scheduler/v1/error_group_service_pb';
import { RetentionService } from '@hero-logic/proto/herologic/scheduler/v1/retention_service_pb';
import { FAMILY_TOPIC } from './domain/commands/deps.ts';
import { BULK_TOPIC, type OperateDeps } from './domain/commands/operate/deps.ts';
import { runBulkJobs } from './domain/commands/operate/run-bulk-jobs.ts';
import { sweepPlays } from './domain/commands/operate/sweep-plays.ts';
import { createPace } from './domain/removal/pace.ts';
import { createDueLoop } from './loops/due-loop.ts';
import type { Recovery } from './loops/recovery.ts';
import { createBulkService } from './rpc/bulk-service.ts';
import { createErrorGroupService } from './rpc/error-group-service.ts';
import { createRetentionService } from './rpc/retention-service.ts';

const SWEEP_EVERY_MS = 60_000;
const ABSORBED_AT_ONCE = 100;

export function createOperateRoutes(deps: OperateDeps): Routes {
  return (router) => {
    router.service(BulkService, createBulkService(deps));
    router.service(ErrorGroupService, createErrorGroupService(deps));
    router.service(RetentionService, createRetentionService(deps));
  };
}

export function createOperateLoops(deps: OperateDeps, recovery: Recovery): Loop[] {
  const { clock, signals, log, bulk, errorGroups } = deps;
  return [
    createDueLoop({
      ...{ clock, signals, log },
      name: 'bulk-jobs',
      topics: [BULK_TOPIC],
      nextDue: async () => {
        await recovery.ready();
        return bulk.nextDue();
      },
      turn: (signal) => runBulkJobs(deps, signal),
    }),
    createDueLoop({
      ...{ clock, signals, log },
      name: 'error-groups',
      topics: [FAMILY_TOPIC],
      nextDue: async () => ((await errorGroups.hasUngrouped()) ? clock.now() : undefined),
      turn: async () => {
        await errorGroups.absorb(ABSORBED_AT_ONCE);
      },
    }),
    createPeriodicLoop({
      ...{ clock, log },
      name: 'retention',
      everyMs: SWEEP_EVERY_MS,
      async turn(signal) {
        const pace = createPace({ clock, isBusy: deps.store.isBusy, gaits: deps.removals.gaits, signal });
        const removed = await sweepPlays(deps, { pace, signal });
        if (removed > 0) log.info({ plays: removed }, 'plays were removed by retention');
      },
    }),
  ];
}

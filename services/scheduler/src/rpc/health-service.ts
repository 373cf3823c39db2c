// HealthService: translates for operators.

import type { ServiceImpl } from '@connectrpc/connect';
import { type Clock, type ReadProcessState, timeToPb } from '@hero-logic/platform';
import type { HealthService } from '@hero-logic/proto/herologic/scheduler/v1/health_service_pb';
import { type ExecutorStore, MISSED_FOR_MS } from '../domain/executor/executor-store.ts';
import type { ReadPlayFigures } from '../domain/play-figures.ts';
import { processStateToPb, queueToPb, seenExecutorToPb } from './health-codec.ts';

export interface HealthServiceOptions {
  readonly executors: ExecutorStore;
  readonly figures: ReadPlayFigures;
  /** When the trigger that is due first is due. */
  readonly nextTrigger: () => Promise<number | undefined>;
  readonly processState: ReadProcessState;
  readonly leaseTtlMs: number;
  readonly clock: Clock;
}

const MOST_EXECUTORS = 1000;

export function createHealthService(options: HealthServiceOptions): ServiceImpl<typeof HealthService> {
  const { executors, clock, leaseTtlMs } = options;
  return {
    async getHealth() {
      const [figures, listed, triggerDueAt, process] = await Promise.all([
        options.figures(),
        executors.list(MOST_EXECUTORS),
        options.nextTrigger(),
        options.processState(),
      ]);
      const now = clock.now();
      const shown = listed.filter(({ seenAt }) => now - seenAt <= MISSED_FOR_MS);
      return {
        at: timeToPb(now),
        queue: queueToPb(figures, triggerDueAt, now),
        executors: shown.map((seen) => seenExecutorToPb(seen, now, leaseTtlMs)),
        scheduler: processStateToPb(process),
      };
    },
  };
}

// One scheduler process: the real commands and the real queue over the plays of its shard, behind a network.

import { createSchemaCheck, type Log, newToken, type Signals } from '@hero-logic/platform';
import {
  type CatalogVersion,
  type ClaimedPlay,
  type CommandDeps,
  claimPlays,
  createClaimQueue,
  PLAIN_START,
  renewLeases,
  reportPlay,
  startPlay,
} from '@hero-logic/scheduler';
import type { FastLoop } from '../virtual/fast-loop.ts';
import type { Times } from './measured.ts';
import type { Shard } from './memory-store.ts';
import { createStation, type Station } from './station.ts';

type Leases = Parameters<typeof renewLeases>[1];

export interface Scheduler {
  readonly processor: Station;
  start(sid: string): Promise<void>;
  acquire(executorId: string, freeSlots: number): Promise<ClaimedPlay[]>;
  report(claimed: ClaimedPlay, durationMs: number): Promise<void>;
  renew(leases: Leases): Promise<void>;
  close(): void;
}

const WAIT_MS = 20_000;
export const LEASE_TTL_MS = 10_000;
const VERSION: CatalogVersion = {
  ...{ workflowSid: 'w', workflowName: 'flow', versionSid: 'v', versionNumber: 1, archived: false, inputs: [] },
  limits: { maxRunning: 0, startsPerMinute: 0, slotCost: 1 },
};

interface SchedulerOptions {
  readonly shard: Shard;
  readonly times: Times;
  readonly signals: Signals;
  readonly log: Log;
}

export function createScheduler(loop: FastLoop, { shard, times, signals, log }: SchedulerOptions): Scheduler {
  const processor = createStation(loop, 1);
  const store = shard.view(processor, times);
  // Only what these four commands use: a play without inputs, questions, children or watchers.
  const deps = {
    ...{ store, signals, log, newToken, schemas: createSchemaCheck() },
    clock: { now: () => loop.now() },
    catalog: { resolve: async () => VERSION },
    config: { leaseTtlMs: LEASE_TTL_MS, cancelGraceMs: 5000, ownsAllLeases: false },
  } as unknown as CommandDeps;
  const queue = createClaimQueue({
    ...{ signals, log },
    claim: (wanted) => claimPlays(deps, wanted),
    countPending: store.countPending,
    putBack: async () => {},
  });
  const forever = new AbortController().signal;
  async function call<T>(carryOut: () => Promise<T>): Promise<T> {
    await loop.pause(times.networkMs);
    const result = await carryOut();
    await loop.pause(times.networkMs);
    return result;
  }
  return {
    processor,
    start: (sid) =>
      call(async () => {
        await startPlay({ ...deps, newSid: () => sid }, { ...PLAIN_START, workflowSid: 'w', inputData: '{}' });
      }),
    acquire: (executorId, freeSlots) =>
      call(() => queue.acquire({ executorId, freeSlots, waitMs: WAIT_MS, abort: forever })),
    report: ({ play, lease }, durationMs) =>
      call(async () => {
        const run = { token: lease.token, outcome: 'success' as const, durationMs, spanCount: 1, warnings: [] };
        await reportPlay(deps, { playSid: play.sid, run: { ...run, sandboxTier: 'B' }, outputData: '0' });
      }),
    renew: (leases) => call(async () => void (await renewLeases(deps, leases))),
    close: queue.close,
  };
}

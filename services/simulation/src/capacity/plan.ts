// From a wished load to numbers of pods: what each part has to do in a second, so many of it that none works more than a share of the time, and
// which of them bends first.

import type { Times } from './measured.ts';
import type { Load, Mesh } from './mesh.ts';

export interface Plan extends Mesh {
  /** The part that asked for the number of executors. */
  readonly executorsFor: 'slots' | 'cores' | 'executor';
  /** Plays that run at the same time. */
  readonly running: number;
}

export interface PlanOptions {
  readonly load: Load;
  readonly times: Times;
  readonly slots: number;
  readonly cores: number;
  /** No part works more of the time than this, in (0, 1). */
  readonly target: number;
}

/** Records that one play writes: its start, claim and report, and its steps. */
const PLAY_WRITES = 3;
/** Of a shard: above it, another process on the same store only waits for it. */
const MOST_SCHEDULERS = 8;

export function planMesh({ load, times, slots, cores, target }: PlanOptions): Plan {
  const { playsPerSecond, steps } = load;
  const seconds = (ms: number) => (playsPerSecond * ms) / 1000 / target;
  const processMs = times.processMs + load.computeMs + steps * times.processStepMs;
  const nodeMs = times.executorPlayMs + steps * times.executorStepMs;
  const playMs = nodeMs + processMs + load.waitMs + steps * times.commitMs + 2 * times.networkMs + times.commitMs;
  const wanted = {
    slots: seconds(playMs) / slots,
    cores: seconds(processMs) / cores,
    executor: seconds(nodeMs),
  };
  const executorsFor = (Object.keys(wanted) as (keyof typeof wanted)[]).reduce((a, b) =>
    wanted[a] >= wanted[b] ? a : b,
  );
  const schedulers = seconds(times.startMs + times.claimCallMs + times.claimMs + times.reportMs);
  const writes = seconds((PLAY_WRITES + steps) * times.writeMs);
  const shards = Math.max(1, Math.ceil(Math.max(writes, schedulers / MOST_SCHEDULERS)));
  return {
    shards,
    schedulers: Math.max(1, Math.ceil(schedulers / shards)),
    executors: Math.max(shards, Math.ceil(wanted[executorsFor])),
    executorsFor,
    running: Math.ceil((playsPerSecond * playMs) / 1000),
    ...{ slots, cores, times },
  };
}

// What the runs of a benchmark come to.

import type { RunResult } from './benchmark.ts';

export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly mean: number;
  /** Standard deviation of the sample; 0 for one value. */
  readonly deviation: number;
}

export interface Summary {
  readonly numRuns: number;
  /** 0 to 100. */
  readonly successRate: number;
  /** Mean score of the runs that succeeded; absent = nothing to compare with. */
  readonly accuracy?: number | undefined;
  /** Milliseconds, over the runs that succeeded; 0 when none did. */
  readonly avgDurationMs: number;
  readonly minDurationMs: number;
  readonly maxDurationMs: number;
  readonly p50DurationMs: number;
  readonly p95DurationMs: number;
  readonly totalRetries: number;
  readonly avgTokensPrompt?: number | undefined;
  readonly avgTokensCompletion?: number | undefined;
  readonly failedRuns: number;
  readonly timeoutRuns: number;
  readonly pausedRuns: number;
  /** Of the runs that have a score. */
  readonly score?: Distribution | undefined;
  /** US dollars, of the runs of known cost. */
  readonly cost?: Distribution | undefined;
  /** US dollars of all runs; absent when that of any run is unknown. */
  readonly costUsd?: number | undefined;
}

export function summarise(runs: readonly RunResult[]): Summary {
  const good = runs.filter((r) => r.status === 'success');
  const durations = good.map((r) => r.durationMs).sort((a, b) => a - b);
  const costs = known(runs.map((r) => r.costUsd));
  return {
    numRuns: runs.length,
    successRate: runs.length === 0 ? 0 : (100 * good.length) / runs.length,
    accuracy: mean(known(good.map((r) => r.score))),
    avgDurationMs: mean(durations) ?? 0,
    minDurationMs: durations[0] ?? 0,
    maxDurationMs: durations.at(-1) ?? 0,
    p50DurationMs: quantile(durations, 0.5),
    p95DurationMs: quantile(durations, 0.95),
    failedRuns: runs.filter((r) => r.status === 'failed').length,
    timeoutRuns: runs.filter((r) => r.status === 'timeout').length,
    pausedRuns: runs.filter((r) => r.status === 'paused').length,
    score: distribution(known(good.map((r) => r.score))),
    cost: distribution(costs),
    totalRetries: runs.reduce((sum, r) => sum + r.retries, 0),
    avgTokensPrompt: mean(known(runs.map((r) => r.tokensPrompt))),
    avgTokensCompletion: mean(known(runs.map((r) => r.tokensCompletion))),
    costUsd: runs.length > 0 && costs.length === runs.length ? costs.reduce((a, b) => a + b, 0) : undefined,
  };
}

/** Undefined for no values. */
function distribution(values: readonly number[]): Distribution | undefined {
  const middle = mean(values);
  if (middle === undefined) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const squares = values.reduce((sum, v) => sum + (v - middle) ** 2, 0);
  return {
    count: values.length,
    min: sorted[0] ?? 0,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    max: sorted.at(-1) ?? 0,
    mean: middle,
    deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)),
  };
}

export function known(values: readonly (number | undefined)[]): number[] {
  return values.filter((v) => v !== undefined);
}

export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Linear between the two nearest of the sorted values (type 7 of Hyndman and Fan, 1996); 0 for none. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

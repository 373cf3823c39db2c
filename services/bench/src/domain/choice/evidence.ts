// What is known of a version: its benchmark runs and its ordinary plays of late.

import type { RunResult } from '../benchmark.ts';
import type { PlayFigures } from '../ports.ts';
import { known, mean } from '../summary.ts';

export interface Evidence {
  readonly runs: number;
  readonly succeeded: number;
  /** Successes, each counted by its score: what success and accuracy come to together. */
  readonly credit: number;
  readonly accuracy?: number | undefined;
  /** Of the natural logarithm of the milliseconds of runs that succeeded; absent = none did. */
  readonly logDuration?: Moments | undefined;
  /** US dollars a run; absent = unknown. */
  readonly cost?: Moments | undefined;
}

export interface Moments {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
}

/** Before anything is known the spread of a value is taken to be this share of it, with the weight of one observation. */
const PRIOR_SPREAD = 0.5;
/** Clocks count whole milliseconds. */
const SHORTEST_MS = 0.5;

export function evidenceOf(runs: readonly RunResult[], plays: readonly PlayFigures[]): Evidence {
  const good = runs.filter((r) => r.status === 'success');
  const goodPlays = plays.filter((p) => p.succeeded);
  const durations = [...good, ...goodPlays].map((r) => Math.log(Math.max(SHORTEST_MS, r.durationMs)));
  const costs = known([...runs, ...plays].map((r) => r.costUsd));
  const scored = known(good.map((r) => r.score));
  const accuracy = mean(scored);
  const unscored = good.length - scored.length + goodPlays.length;
  return {
    runs: runs.length + plays.length,
    succeeded: good.length + goodPlays.length,
    // A success without a score counts as much as those with one do on average.
    credit: scored.reduce((a, b) => a + b, 0) + unscored * (accuracy ?? 1),
    accuracy,
    logDuration: moments(durations, PRIOR_SPREAD),
    cost: moments(costs, PRIOR_SPREAD * (mean(costs) ?? 0)),
  };
}

/** Standard error sqrt(v / n) with v = (prior^2 + sum of squared deviations) / n: of one value it is the prior's. */
function moments(values: readonly number[], prior: number): Moments | undefined {
  const middle = mean(values);
  if (middle === undefined) return undefined;
  const n = values.length;
  const squares = values.reduce((sum, v) => sum + (v - middle) ** 2, prior ** 2);
  return { mean: middle, error: Math.sqrt(squares / n / n) };
}

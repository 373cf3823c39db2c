// Two benchmarks, paired by example: what the same inputs came to in each.

import type { RunResult } from './benchmark.ts';
import { known, mean } from './summary.ts';

export interface Difference {
  readonly mean?: number | undefined;
  /** The interval that holds the mean with 95 %; absent below two examples. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly examples: number;
}

interface Side {
  readonly success: number;
  readonly score?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly costUsd?: number | undefined;
}

export interface ExamplePair {
  readonly exampleSid: string;
  readonly base: Side;
  readonly other: Side;
  readonly regressed: boolean;
}

export interface Comparison {
  readonly examples: readonly ExamplePair[];
  readonly success: Difference;
  readonly score: Difference;
  readonly durationMs: Difference;
  readonly costUsd: Difference;
  /** Examples that only one of them has. */
  readonly unpaired: readonly string[];
}

export function compare(base: readonly RunResult[], other: readonly RunResult[]): Comparison {
  const bases = byExample(base);
  const others = byExample(other);
  const all = [...new Set([...bases.keys(), ...others.keys()])].sort();
  const paired = all.filter((sid) => bases.has(sid) && others.has(sid));
  const examples = paired.map((exampleSid) => {
    const sides = { base: sideOf(bases.get(exampleSid) ?? []), other: sideOf(others.get(exampleSid) ?? []) };
    return { exampleSid, ...sides, regressed: isWorse(sides.base, sides.other) };
  });
  const difference = (of: (side: Side) => number | undefined) =>
    differenceOf(examples.map((e) => [of(e.base), of(e.other)] as const));
  return {
    examples,
    success: difference((side) => side.success),
    score: difference((side) => side.score),
    durationMs: difference((side) => side.durationMs),
    costUsd: difference((side) => side.costUsd),
    unpaired: all.filter((sid) => !paired.includes(sid)),
  };
}

function byExample(runs: readonly RunResult[]): Map<string, RunResult[]> {
  return Map.groupBy(runs, (run) => run.exampleSid);
}

function sideOf(runs: readonly RunResult[]): Side {
  const good = runs.filter((r) => r.status === 'success');
  return {
    success: good.length / runs.length,
    score: mean(known(good.map((r) => r.score))),
    durationMs: mean(good.map((r) => r.durationMs)),
    costUsd: mean(known(runs.map((r) => r.costUsd))),
  };
}

function isWorse(base: Side, other: Side): boolean {
  if (other.success < base.success) return true;
  return base.score !== undefined && other.score !== undefined && other.score < base.score;
}

/** Mean of the paired differences and mean +- t * s / sqrt(n), with the 97.5 % quantile of Student's t at n - 1 degrees of freedom. */
function differenceOf(pairs: readonly (readonly [number | undefined, number | undefined])[]): Difference {
  const differences = pairs.flatMap(([a, b]) => (a === undefined || b === undefined ? [] : [b - a]));
  const n = differences.length;
  const middle = mean(differences);
  if (middle === undefined || n < 2) return { mean: middle, examples: n };
  const variance = differences.reduce((sum, d) => sum + (d - middle) ** 2, 0) / (n - 1);
  const half = studentT975(n - 1) * Math.sqrt(variance / n);
  return { mean: middle, low: middle - half, high: middle + half, examples: n };
}

const T975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** From the table up to 10 degrees of freedom, then the expansion of Cornish and Fisher around the normal quantile (error below 0.001). */
function studentT975(degrees: number): number {
  const z = 1.959964;
  const exact = T975[degrees - 1];
  if (exact !== undefined) return exact;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3;
}

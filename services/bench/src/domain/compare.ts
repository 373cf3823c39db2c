// Two benchmarks, paired by example: what the same inputs came to in each. What is not the same is not compared: an example whose inputs were
// changed between the two, and scores that were given in different ways.

import { canonicalJson, jsonObject } from '@hero-logic/platform';
import type { RunResult, Scoring } from './benchmark.ts';
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
  /** Examples that ran with other inputs in the one than in the other. */
  readonly changed: readonly string[];
  /** Whether scores mean the same in both; if not, none is compared. */
  readonly isScoredAlike: boolean;
}

export interface Measured {
  readonly scoring: Scoring;
  readonly runs: readonly RunResult[];
}

export function compare(base: Measured, other: Measured): Comparison {
  const isScoredAlike = scoringKey(base.scoring) === scoringKey(other.scoring);
  const bases = byExample(base.runs);
  const others = byExample(other.runs);
  const all = [...new Set([...bases.keys(), ...others.keys()])].sort();
  const inBoth = all.filter((sid) => bases.has(sid) && others.has(sid));
  // A run without a play failed before it had inputs: its example had been deleted.
  const played = (sid: string) =>
    [bases, others].flatMap((of) => of.get(sid) ?? []).filter((run) => run.playSid !== '');
  const changed = inBoth.filter((sid) => new Set(played(sid).map(inputsKey)).size > 1);
  const examples = inBoth
    .filter((sid) => !changed.includes(sid))
    .map((exampleSid) => {
      const [ofBase, ofOther] = [bases, others].map((runs) => sideOf(runs.get(exampleSid) ?? [])) as [Side, Side];
      return { exampleSid, base: ofBase, other: ofOther, regressed: isWorse(ofBase, ofOther, isScoredAlike) };
    });
  const difference = (of: (side: Side) => number | undefined) =>
    differenceOf(examples.map((e) => [of(e.base), of(e.other)] as const));
  return {
    examples,
    success: difference((side) => side.success),
    score: difference((side) => (isScoredAlike ? side.score : undefined)),
    durationMs: difference((side) => side.durationMs),
    costUsd: difference((side) => side.costUsd),
    unpaired: all.filter((sid) => !inBoth.includes(sid)),
    changed,
    isScoredAlike,
  };
}

/** What of the scoring bears on a score: the tolerance only where it is used. */
function scoringKey({ method, tolerance, flow }: Scoring): string {
  return JSON.stringify([method, method === 'subset' ? tolerance : 0, method === 'flow' ? flow : '']);
}

function inputsKey({ inputValues }: RunResult): string {
  return canonicalJson(jsonObject(Object.entries(inputValues)));
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

function isWorse(base: Side, other: Side, isScoredAlike: boolean): boolean {
  if (other.success < base.success) return true;
  return isScoredAlike && base.score !== undefined && other.score !== undefined && other.score < base.score;
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

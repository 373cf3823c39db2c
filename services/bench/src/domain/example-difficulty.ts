// How hard examples are, 0 (trivial) to 1 (hard), from what their runs came to.
//
//   difficulty = 1 - (1 + credit) / (2 + runs)
//
// 1 minus the share of what was solved: the item difficulty of classical test theory (F. M. Lord, M. R. Novick, "Statistical Theories of Mental Test
// Scores", 1968), the share smoothed by Laplace's rule of succession, so that it begins at 0.5 and a few runs move it a little. The credit of a run that
// succeeded is its score, or 1 where there was nothing to compare with; that of another is 0. A run that asked what its example does not answer, or
// whose play could not be started, says nothing about it.

import type { RunResult } from './benchmark.ts';
import { mean } from './summary.ts';

export interface ExampleResult {
  readonly exampleSid: string;
  readonly runs: number;
  readonly succeeded: number;
  readonly difficulty: number;
}

export const UNKNOWN_DIFFICULTY = 0.5;

/** Each example with a run, the hardest first, equal ones by sid. */
export function exampleResults(runs: readonly RunResult[]): ExampleResult[] {
  return [...Map.groupBy(runs, (run) => run.exampleSid)]
    .map(([exampleSid, of]) => ({
      exampleSid,
      runs: of.length,
      succeeded: of.filter((run) => run.status === 'success').length,
      difficulty: difficultyOf(of),
    }))
    .sort((a, b) => b.difficulty - a.difficulty || (a.exampleSid < b.exampleSid ? -1 : 1));
}

/** The mean over the examples, so that one with many runs counts as much as one with few. */
export function meanDifficulty(runs: readonly RunResult[]): number {
  return mean(exampleResults(runs).map((example) => example.difficulty)) ?? UNKNOWN_DIFFICULTY;
}

function difficultyOf(runs: readonly RunResult[]): number {
  const telling = runs.filter((run) => run.status !== 'paused' && run.playSid !== '');
  const credit = telling.reduce((sum, run) => sum + (run.status === 'success' ? (run.score ?? 1) : 0), 0);
  return 1 - (1 + credit) / (2 + telling.length);
}

// Contract: runs are paired by example; a difference has its 95 % interval; what got worse is named, what has no pair too. And a summary says
// what it does not know.

import { expect, it } from 'vitest';
import type { RunResult, Scoring } from './benchmark.ts';
import { compare } from './compare.ts';
import { summarise } from './summary.ts';

const EXACT: Scoring = { method: 'exact', tolerance: 0, flow: '' };

function run(exampleSid: string, more: Partial<RunResult> = {}): RunResult {
  return {
    playSid: 'p',
    exampleSid,
    inputValues: {},
    status: 'success',
    durationMs: 100,
    retries: 0,
    error: '',
    ...more,
  };
}

it('pairs by example and names what got worse', () => {
  const base = [run('a', { score: 1 }), run('b', { durationMs: 200 }), run('c'), run('only')];
  const other = [
    run('a', { score: 0, durationMs: 150 }),
    run('b', { durationMs: 230 }),
    run('c', { status: 'failed' }),
  ];
  const found = compare({ scoring: EXACT, runs: base }, { scoring: EXACT, runs: other });
  expect(found.examples.filter((e) => e.regressed).map((e) => e.exampleSid)).toEqual(['a', 'c']);
  expect(found.unpaired).toEqual(['only']);
  expect(found.success).toMatchObject({ mean: -1 / 3, examples: 3 });
  expect(found.score).toEqual({ mean: -1, examples: 1 });
  // Differences 50 and 30: mean 40, s = 14.14, t(1) = 12.706, half = 12.706 * 14.14 / sqrt(2) = 127.06.
  expect(found.durationMs.mean).toBe(40);
  expect(found.durationMs.low).toBeCloseTo(40 - 127.06, 2);
  expect(found.durationMs.high).toBeCloseTo(40 + 127.06, 2);
  expect(found.costUsd).toEqual({ mean: undefined, examples: 0 });
});

it('compares neither an example whose inputs have changed nor scores that were given in different ways', () => {
  const runs = [
    run('a', { inputValues: { x: '1' }, score: 1 }),
    run('b', { inputValues: { x: '{"p":1,"q":2}' }, score: 1 }),
  ];
  const other = [
    run('a', { inputValues: { x: '2' } }),
    run('b', { inputValues: { x: '{"q": 2, "p": 1.0}' }, score: 0 }),
  ];
  const alike = compare({ scoring: EXACT, runs }, { scoring: EXACT, runs: other });
  expect(alike).toMatchObject({ changed: ['a'], unpaired: [], isScoredAlike: true, score: { mean: -1 } });
  expect(alike.examples.map((e) => [e.exampleSid, e.regressed])).toEqual([['b', true]]);
  const subset = { ...EXACT, method: 'subset', tolerance: 0.1 } as const;
  const differently = compare({ scoring: EXACT, runs }, { scoring: subset, runs: other });
  expect(differently).toMatchObject({ isScoredAlike: false, score: { mean: undefined, examples: 0 } });
  expect(differently.examples.filter((e) => e.regressed)).toEqual([]);
});

it('sums up, and keeps unknown what is unknown', () => {
  const runs = [
    run('a', { durationMs: 100, costUsd: 0.5, score: 1, tokensPrompt: 10 }),
    run('a', { durationMs: 300, costUsd: 0.25, score: 0, tokensPrompt: 30, retries: 2 }),
    run('b', { durationMs: 200 }),
    run('b', { status: 'paused', durationMs: 9000 }),
  ];
  expect(summarise(runs)).toMatchObject({
    numRuns: 4,
    successRate: 75,
    accuracy: 0.5,
    avgDurationMs: 200,
    minDurationMs: 100,
    maxDurationMs: 300,
    p50DurationMs: 200,
    p95DurationMs: 290,
    totalRetries: 2,
    avgTokensPrompt: 20,
    avgTokensCompletion: undefined,
    costUsd: undefined,
  });
  expect(summarise(runs.slice(0, 2)).costUsd).toBe(0.75);
  expect(summarise([])).toMatchObject({ numRuns: 0, successRate: 0, accuracy: undefined, costUsd: undefined });
});

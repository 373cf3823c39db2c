// Contract: 0.5 before anything has run; harder with each run that failed, easier with each that succeeded, by its score; a question nobody answered and a
// play that was never started say nothing; each example counts once; put together with the words of a request, 0.5 on one side changes nothing.

import { expect, it } from 'vitest';
import type { RunResult } from './benchmark.ts';
import { combinedDifficulty } from './choice/difficulty.ts';
import { exampleResults, meanDifficulty } from './example-difficulty.ts';

const run = (exampleSid: string, status: RunResult['status'], more: Partial<RunResult> = {}): RunResult => ({
  ...{ playSid: 'p', exampleSid, inputValues: {}, status, durationMs: 1, retries: 0, error: '' },
  ...more,
});

it('comes from what the runs came to', () => {
  expect(meanDifficulty([])).toBe(0.5);
  const runs = [
    ...[run('easy', 'success'), run('easy', 'success'), run('easy', 'success', { score: 1 })],
    ...[run('half', 'success', { score: 0.5 }), run('half', 'success', { score: 0.5 })],
    ...[run('hard', 'failed'), run('hard', 'timeout')],
    ...[run('mute', 'paused'), run('mute', 'failed', { playSid: '' })],
  ];
  expect(exampleResults(runs)).toEqual([
    { exampleSid: 'hard', runs: 2, succeeded: 0, difficulty: 0.75 },
    { exampleSid: 'half', runs: 2, succeeded: 2, difficulty: 0.5 },
    { exampleSid: 'mute', runs: 2, succeeded: 0, difficulty: 0.5 },
    { exampleSid: 'easy', runs: 3, succeeded: 3, difficulty: expect.closeTo(0.2) },
  ]);
  expect(meanDifficulty(runs)).toBeCloseTo((0.75 + 0.5 + 0.5 + 0.2) / 4);
});

it('is put together with that of a request', () => {
  expect(combinedDifficulty(0.5, 0.3)).toBeCloseTo(0.3);
  expect(combinedDifficulty(0.3, 0.5)).toBeCloseTo(0.3);
  expect(combinedDifficulty(0.8, 0.8)).toBeCloseTo(16 / 17);
  expect(combinedDifficulty(0.8, 0.2)).toBeCloseTo(0.5);
  expect([combinedDifficulty(0, 0.4), combinedDifficulty(1, 0.4), combinedDifficulty(0, 1)]).toEqual([0, 1, 0.5]);
});

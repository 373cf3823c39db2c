// What a benchmark says is shown as it is: unknown costs and scores stay unknown, statuses of a newer server show as failed.

import { create } from '@bufbuild/protobuf';
import { BenchmarkSchema, BenchmarkStatus, RunStatus } from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import { expect, test } from 'vitest';
import { benchmarkFromPb, percent, position } from './benchmark.ts';

test('shares, unknowns and runs', () => {
  const pb = create(BenchmarkSchema, {
    status: BenchmarkStatus.RUNNING,
    successRate: 50,
    numRuns: 2,
    plannedRuns: 4,
    runs: [
      { status: RunStatus.SUCCESS, durationMs: 12n, score: 1 },
      { status: RunStatus.PAUSED },
      { status: 99 as RunStatus },
    ],
  });
  const read = benchmarkFromPb(pb);
  expect(read).toMatchObject({
    status: 'running',
    success: 0.5,
    done: 2,
    planned: 4,
    accuracy: undefined,
    costUsd: undefined,
  });
  expect(read.runs.map((r) => [r.status, r.durationMs, r.score])).toEqual([
    ['ok', 12, 1],
    ['awaiting_resume', 0, undefined],
    ['failed', 0, undefined],
  ]);
  expect(percent(0.936)).toBe('94 %');
  expect([position(5, 10), position(0, 0), position(20, 10)]).toEqual([50, 0, 100]);
});

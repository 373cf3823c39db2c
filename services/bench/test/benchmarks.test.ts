// Contract: a benchmark runs each example of its version so many times through ordinary plays, a few at a time, within its budget; what a stop
// interrupts goes on with the same plays; a cancel cancels them; results are counted once; what is wrong with a request is said and nothing is started.

import { BenchmarkStatus, RunStatus, ScoringMethod } from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchWorld, createBenchWorld, reasonOf } from './bench-world.ts';

let world: BenchWorld;
beforeEach(() => {
  world = createBenchWorld();
  world.examples.push(
    { sid: 'a', versionSid: '', inputValues: { x: '1' }, expectedOutput: '{"y": 1}' },
    { sid: 'b', versionSid: 'v1', inputValues: { x: '2' }, expectedOutput: '' },
  );
});
afterEach(() => world.close());

describe('a benchmark', () => {
  it('runs its examples so many times and sums up', async () => {
    world.outcome = (start, index) =>
      start.exampleSid === 'b' && index > 2 ? { status: 'failed', error: 'E: no' } : { output: '{"y":1.0}' };
    const started = await world.run({ repeats: 2 });
    expect(started).toMatchObject({
      status: BenchmarkStatus.RUNNING,
      plannedRuns: 4,
      numRuns: 0,
      difficultyRating: 0.5,
    });
    const done = await world.end(started.sid);
    expect(done).toMatchObject({
      status: BenchmarkStatus.DONE,
      numRuns: 4,
      successRate: 75,
      accuracy: 1,
      totalRetries: 4,
    });
    expect(done.estimatedCostUsd).toBeUndefined();
    expect(done.runs.map((r) => r.exampleSid)).toEqual(['a', 'b', 'a', 'b']);
    expect(done.runs[0]).toMatchObject({ inputValues: { x: '1' }, score: 1 });
    expect(done.runs[3]).toMatchObject({ status: RunStatus.FAILED, error: 'E: no' });
    expect(done.examples).toMatchObject([
      { exampleSid: 'b', runs: 2, succeeded: 1, difficulty: 0.5 },
      { exampleSid: 'a', runs: 2, succeeded: 2, difficulty: 0.25 },
    ]);
    expect(done.difficultyRating).toBeCloseTo(0.375);
    expect(new Set(world.started.map((s) => s.key)).size).toBe(4);
    expect(await world.benchmarks.getLatestBenchmark({ versionSid: 'v1' })).toMatchObject({
      benchmark: { sid: done.sid },
    });
    expect((await world.benchmarks.getLatestBenchmark({ versionSid: 'v2' })).benchmark).toBeUndefined();
    const { benchmarks } = await world.benchmarks.listBenchmarksForWorkflow({ workflowSid: 'w' });
    expect(benchmarks.map((b) => b.sid)).toEqual([done.sid]);
  });

  it('goes on after a stop with the plays that it had started, each counted once', async () => {
    const gate = Promise.withResolvers<Partial<object>>();
    world.outcome = (_start, index) => (index === 0 ? {} : gate.promise);
    const { sid } = await world.run({ repeats: 2, concurrency: 2 });
    await expect.poll(async () => (await world.benchmarks.getBenchmark({ benchmarkSid: sid })).numRuns).toBe(1);
    await expect.poll(() => world.started.length).toBe(3);
    await world.stopLoops();
    expect(world.cancelled, 'a stop of the process cancels no play').toEqual([]);
    gate.resolve({});
    world.startLoops();
    expect(await world.end(sid)).toMatchObject({ status: BenchmarkStatus.DONE, numRuns: 4 });
    expect(world.started).toHaveLength(4);
  });

  it('is cancelled with its plays, and stays so', async () => {
    world.outcome = () => new Promise(() => {});
    const { sid } = await world.run();
    await expect.poll(() => world.started.length).toBe(2);
    const cancelled = await world.benchmarks.cancelBenchmark({ benchmarkSid: sid });
    expect(cancelled).toMatchObject({ status: BenchmarkStatus.CANCELLED, stopReason: 'it was cancelled' });
    await expect.poll(() => world.cancelled.length).toBe(2);
    expect((await world.benchmarks.cancelBenchmark({ benchmarkSid: sid })).status).toBe(BenchmarkStatus.CANCELLED);
  });

  it('stops within its budget', async () => {
    world.outcome = () => ({ costUsd: 0.4 });
    const { sid } = await world.run({ repeats: 10, concurrency: 1, budgetUsd: 1 });
    const done = await world.end(sid);
    expect(done.numRuns).toBe(3);
    expect(done.stopReason).toContain('1 US dollars');
    expect(done.estimatedCostUsd).toBeCloseTo(1.2);
  });

  it('counts what the scoring flow costs as spent, not as a cost of the version', async () => {
    world.reply = '1';
    world.replyCostUsd = 0.4;
    world.outcome = () => ({ costUsd: 0.2 });
    const scoring = { method: ScoringMethod.FLOW, flow: 'judge' };
    const done = await world.end(
      (await world.run({ exampleSids: ['a'], repeats: 10, concurrency: 1, budgetUsd: 1, scoring })).sid,
    );
    expect(done.numRuns).toBe(2);
    expect(done.estimatedCostUsd).toBeCloseTo(0.4);
  });

  it('stops where a budget of money cannot be kept because tokens have no price', async () => {
    world.outcome = () => ({ tokensPrompt: 10, tokensCompletion: 2 });
    const done = await world.end((await world.run({ repeats: 10, concurrency: 1, budgetUsd: 1 })).sid);
    expect(done.numRuns).toBe(1);
    expect(done.estimatedCostUsd).toBeUndefined();
    expect(done.stopReason).toContain('tokens that have no price');
    expect((await world.end((await world.run({ concurrency: 1 })).sid)).stopReason).toBe('');
  });

  it('stops within its budget of time', async () => {
    world.outcome = async () => {
      await world.clock.advance(400);
      return {};
    };
    const done = await world.end((await world.run({ repeats: 10, concurrency: 1, budgetMs: 1000n })).sid);
    expect(done).toMatchObject({ status: BenchmarkStatus.DONE, numRuns: 2, plannedRuns: 20 });
    expect(done.stopReason).toContain('1000 ms');
    expect(world.cancelled, 'the play that the end of the time cut does not count').toEqual(['p2']);
  });

  it('has failed when its budget was used up before a run ended', async () => {
    const earlier = await world.end((await world.run()).sid);
    await world.stopLoops();
    const { sid } = await world.run({ budgetMs: 5n });
    await world.clock.advance(5);
    world.startLoops();
    expect(await world.end(sid)).toMatchObject({
      status: BenchmarkStatus.FAILED,
      stopReason: 'the budget of 5 ms is used up',
    });
    const latest = await world.benchmarks.getLatestBenchmark({ versionSid: 'v1' });
    expect(latest.benchmark?.sid).toBe(earlier.sid);
  });

  it('counts runs by how they ended, and shows how scores and costs lie', async () => {
    const ends = [
      { status: 'paused', error: 'it asked' },
      { status: 'timeout', error: 'too long' },
      { status: 'failed', error: 'E' },
      { output: '{"y":1}', costUsd: 0.1 },
      { output: '{"y":2}', costUsd: 0.3 },
    ] as const;
    world.outcome = (_start, index) => ends[index] ?? {};
    const done = await world.end((await world.run({ exampleSids: ['a'], repeats: 5, concurrency: 1 })).sid);
    expect(done).toMatchObject({ numRuns: 5, failedRuns: 1, timeoutRuns: 1, pausedRuns: 1, accuracy: 0.5 });
    expect(done.score).toMatchObject({ count: 2, min: 0, p50: 0.5, max: 1, mean: 0.5 });
    expect(done.score?.deviation).toBeCloseTo(Math.SQRT1_2);
    expect(done.costUsd).toMatchObject({ count: 2, min: 0.1, max: 0.3 });
    expect(done.estimatedCostUsd, 'of three runs it is unknown').toBeUndefined();
  });

  it.each([
    [{ method: ScoringMethod.SUBSET, tolerance: 0.1 }, '{"y":1}', '{"y":1.05,"z":2}', 1],
    [{ method: ScoringMethod.SUBSET }, '{"y":1}', '{"y":1.05}', 0],
    [{ method: ScoringMethod.SCHEMA }, '{"required":["y"]}', '{"y":7}', 1],
    [{ method: ScoringMethod.SCHEMA }, '{"required":["y"]}', '{"z":7}', 0],
  ])('scores by %o', async (scoring, expectedOutput, output, score) => {
    world.examples.length = 0;
    world.examples.push({ sid: 'a', versionSid: '', inputValues: {}, expectedOutput });
    world.outcome = () => ({ output });
    expect((await world.end((await world.run({ scoring })).sid)).accuracy).toBe(score);
  });

  it('scores by a flow, and says when that gave no score', async () => {
    world.reply = '{"score":0.25}';
    const scoring = { method: ScoringMethod.FLOW, flow: 'judge' };
    const first = await world.end((await world.run({ exampleSids: ['a'], scoring })).sid);
    expect(first.accuracy).toBe(0.25);
    expect(JSON.parse(world.called[0] ?? '')).toEqual({ output: { y: 1 }, expected: { y: 1 }, input: { x: 1 } });
    world.reply = '"good"';
    const third = world.run({ exampleSids: ['a'], scoring });
    expect((await world.end((await third).sid)).runs[0]?.error).toBe(
      'the scoring flow judge gave no number from 0 to 1 (play pc)',
    );
    world.reply = undefined;
    const second = await world.end((await world.run({ exampleSids: ['a'], scoring })).sid);
    expect(second.accuracy).toBeUndefined();
    expect(second.runs[0]?.error).toContain('gave no number from 0 to 1: Failed: no model (play pc)');
    const compared = await world.benchmarks.compareBenchmarks({ baseSid: first.sid, otherSid: second.sid });
    expect(compared).toMatchObject({
      examples: [{ exampleSid: 'a', regressed: false }],
      success: { mean: 0, examples: 1 },
    });
  });

  it('is refused with what is wrong', async () => {
    expect(await reasonOf(world.run({ workflowSid: 'w', versionSid: 'x' }))).toBe('VERSION_NOT_FOUND');
    expect(await reasonOf(world.run({ exampleSids: ['z'] }))).toBe('EXAMPLE_NOT_FOUND');
    expect(await reasonOf(world.run({ versionSid: 'v2', exampleSids: ['b'] }))).toBe('INVALID_ARGUMENT');
    expect(await reasonOf(world.run({ scoring: { method: ScoringMethod.FLOW } }))).toBe('INVALID_ARGUMENT');
    expect(await reasonOf(world.run({ scoring: { method: ScoringMethod.FLOW, flow: 'nobody' } }))).toBe(
      'WORKFLOW_NOT_FOUND',
    );
    expect(await reasonOf(world.run({ repeats: 101 }))).toBe('INVALID_ARGUMENT');
    expect(await reasonOf(world.end('none'))).toBe('BENCHMARK_NOT_FOUND');
    expect(await reasonOf(world.benchmarks.listBenchmarksForVersion({ versionSid: 'x' }))).toBe('VERSION_NOT_FOUND');
    world.examples.length = 0;
    expect(await reasonOf(world.run())).toBe('WORKFLOW_HAS_NO_EXAMPLE');
    world.archived = true;
    expect(await reasonOf(world.run())).toBe('WORKFLOW_ARCHIVED');
    expect(await world.benchmarks.listBenchmarksForWorkflow({ workflowSid: 'w' })).toMatchObject({ benchmarks: [] });
  });
});

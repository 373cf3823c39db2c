// Contract: a benchmark runs each example of its version so many times through ordinary plays, a few at a time, within its budget; what a stop
// interrupts goes on with the same plays; a cancel cancels them; results are counted once. pick_version chooses by them and says why.

import type { MessageInitShape } from '@bufbuild/protobuf';
import { toHeroError } from '@hero-logic/platform';
import { BenchmarkStatus, RunStatus, ScoringMethod } from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import type { RunBenchmarkRequestSchema } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BenchWorld, createBenchWorld } from './bench-world.ts';

let world: BenchWorld;
beforeEach(() => {
  world = createBenchWorld();
  world.examples.push(
    { sid: 'a', versionSid: '', inputValues: { x: '1' }, expectedOutput: '{"y": 1}' },
    { sid: 'b', versionSid: 'v1', inputValues: { x: '2' }, expectedOutput: '' },
  );
});
afterEach(() => world.close());

const WAIT = 60_000n;
const run = (more: Omit<MessageInitShape<typeof RunBenchmarkRequestSchema>, '$typeName'> = {}) =>
  world.benchmarks.runBenchmark({ workflowSid: 'w', versionSid: 'v1', ...more });
const end = (benchmarkSid: string) => world.benchmarks.getBenchmark({ benchmarkSid, waitMs: WAIT });
const reasonOf = async (call: Promise<unknown>) => toHeroError(await call.catch((e: unknown) => e)).reason;

describe('a benchmark', () => {
  it('runs its examples so many times and sums up', async () => {
    world.outcome = (start, index) =>
      start.exampleSid === 'b' && index > 2 ? { status: 'failed', error: 'E: no' } : { output: '{"y":1.0}' };
    const started = await run({ repeats: 2 });
    expect(started).toMatchObject({
      status: BenchmarkStatus.RUNNING,
      plannedRuns: 4,
      numRuns: 0,
      difficultyRating: 0.5,
    });
    const done = await end(started.sid);
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
    const { sid } = await run({ repeats: 2, concurrency: 2 });
    await expect.poll(async () => (await world.benchmarks.getBenchmark({ benchmarkSid: sid })).numRuns).toBe(1);
    await expect.poll(() => world.started.length).toBe(3);
    await world.stopLoops();
    gate.resolve({});
    world.startLoops();
    expect(await end(sid)).toMatchObject({ status: BenchmarkStatus.DONE, numRuns: 4 });
    expect(world.started).toHaveLength(4);
  });

  it('is cancelled with its plays, and stays so', async () => {
    world.outcome = () => new Promise(() => {});
    const { sid } = await run();
    await expect.poll(() => world.started.length).toBe(2);
    const cancelled = await world.benchmarks.cancelBenchmark({ benchmarkSid: sid });
    expect(cancelled).toMatchObject({ status: BenchmarkStatus.CANCELLED, stopReason: 'it was cancelled' });
    await expect.poll(() => world.cancelled.length).toBe(2);
    expect((await world.benchmarks.cancelBenchmark({ benchmarkSid: sid })).status).toBe(BenchmarkStatus.CANCELLED);
  });

  it('stops within its budget', async () => {
    world.outcome = () => ({ costUsd: 0.4 });
    const { sid } = await run({ repeats: 10, concurrency: 1, budgetUsd: 1 });
    const done = await end(sid);
    expect(done.numRuns).toBe(3);
    expect(done.stopReason).toContain('1 US dollars');
    expect(done.estimatedCostUsd).toBeCloseTo(1.2);
  });

  it('stops within its budget of time', async () => {
    world.outcome = async () => {
      await world.clock.advance(400);
      return {};
    };
    const done = await end((await run({ repeats: 10, concurrency: 1, budgetMs: 1000n })).sid);
    expect(done).toMatchObject({ status: BenchmarkStatus.DONE, numRuns: 3, plannedRuns: 20 });
    expect(done.stopReason).toContain('1000 ms');
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
    const done = await end((await run({ exampleSids: ['a'], repeats: 5, concurrency: 1 })).sid);
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
    expect((await end((await run({ scoring })).sid)).accuracy).toBe(score);
  });

  it('scores by a flow, and says when that gave no score', async () => {
    world.reply = '{"score":0.25}';
    const scoring = { method: ScoringMethod.FLOW, flow: 'judge' };
    const first = await end((await run({ exampleSids: ['a'], scoring })).sid);
    expect(first.accuracy).toBe(0.25);
    expect(JSON.parse(world.called[0] ?? '')).toEqual({ output: { y: 1 }, expected: { y: 1 }, input: { x: 1 } });
    world.reply = '"good"';
    const second = await end((await run({ exampleSids: ['a'], scoring })).sid);
    expect(second.accuracy).toBeUndefined();
    expect(second.runs[0]?.error).toContain('judge');
    const compared = await world.benchmarks.compareBenchmarks({ baseSid: first.sid, otherSid: second.sid });
    expect(compared).toMatchObject({
      examples: [{ exampleSid: 'a', regressed: false }],
      success: { mean: 0, examples: 1 },
    });
  });

  it('is refused with what is wrong', async () => {
    expect(await reasonOf(run({ workflowSid: 'w', versionSid: 'x' }))).toBe('VERSION_NOT_FOUND');
    expect(await reasonOf(run({ exampleSids: ['z'] }))).toBe('EXAMPLE_NOT_FOUND');
    expect(await reasonOf(run({ versionSid: 'v2', exampleSids: ['b'] }))).toBe('INVALID_ARGUMENT');
    expect(await reasonOf(run({ scoring: { method: ScoringMethod.FLOW } }))).toBe('INVALID_ARGUMENT');
    expect(await reasonOf(run({ repeats: 101 }))).toBe('INVALID_ARGUMENT');
    expect(await reasonOf(end('none'))).toBe('BENCHMARK_NOT_FOUND');
    expect(await reasonOf(world.benchmarks.listBenchmarksForVersion({ versionSid: 'x' }))).toBe('VERSION_NOT_FOUND');
    world.examples.length = 0;
    expect(await reasonOf(run())).toBe('WORKFLOW_HAS_NO_EXAMPLE');
  });
});

describe('generated examples', () => {
  const generate = (more: object = {}) =>
    world.benchmarks.generateExamples({ workflowSid: 'w', flow: 'think', ...more });
  beforeEach(() => {
    const field = { description: '', default: '', schema: '', type: '', required: false };
    world.inputs = [
      { ...field, name: 'n', type: 'integer', required: true, schema: '{"minimum": 1}', description: 'how many' },
      { ...field, name: 'note', type: 'string', default: '"x"' },
      { ...field, name: 'any' },
    ];
  });

  it('saves what is sound and says what is wrong with the rest', async () => {
    const list = [
      '{"n": 2.0, "any": [9007199254740993]}',
      '{"any":[9007199254740993],"n":2}',
      '{"n":0}',
      '{"note":"a"}',
      '{"n":"2"}',
      '{"n":1.5,"x":1}',
      '7',
    ];
    world.reply = `[${list.join(',')}]`;
    const { exampleSids, rejected } = await generate({ versionSid: 'v1' });
    expect(exampleSids).toEqual([expect.stringMatching(/^generated [0-9a-f]{8}$/)]);
    expect(world.examples.at(-1)).toMatchObject({
      sid: exampleSids[0],
      inputValues: { n: '2.0', any: '[9007199254740993]' },
    });
    expect(rejected).toEqual([
      expect.stringContaining('3: n'),
      '4: n is missing',
      '5: n must be of type integer',
      '6: x is no input; n must be of type integer',
      '7: is a JSON number, not an object of inputs',
    ]);
    expect(JSON.parse(world.called[0] ?? '')).toEqual({
      workflow: 'w',
      inputs: [
        { name: 'n', type: 'integer', description: 'how many', required: true, schema: { minimum: 1 } },
        { name: 'note', type: 'string', description: '', required: false, default: 'x' },
        { name: 'any', type: '', description: '', required: false },
      ],
      examples: [{ x: 1 }, { x: 2 }],
      count: 10,
    });
    expect((await generate()).exampleSids, 'the same input is the same example').toEqual(exampleSids);
    expect(world.examples).toHaveLength(3);
    world.reply = '[{"n":1},{"n":2},{"n":3}]';
    expect((await generate({ count: 2 })).exampleSids).toHaveLength(2);
  });

  it('is refused when the flow is of no use', async () => {
    world.reply = undefined;
    expect(await reasonOf(generate())).toBe('FLOW_GAVE_NOTHING');
    world.reply = '{"inputs":[]}';
    expect(await reasonOf(generate())).toBe('FLOW_GAVE_NOTHING');
    expect(await reasonOf(generate({ workflowSid: 'x' }))).toBe('WORKFLOW_NOT_FOUND');
    expect(await reasonOf(generate({ flow: '' }))).toBe('INVALID_ARGUMENT');
    expect(world.examples).toHaveLength(2);
  });
});

describe('pick_version', () => {
  it('takes the current version, unsure, without benchmarks', async () => {
    const picked = await world.choice.pickVersion({ workflowSid: 'w' });
    expect(picked).toMatchObject({ versionSid: 'v2', confidence: 0, difficulty: 0.5 });
    expect(picked.reasoning).toContain('benchmark');
    expect(picked.candidates.map((c) => c.versionSid)).toEqual(['v3', 'v2', 'v1']);
    expect(await reasonOf(world.choice.pickVersion({ workflowSid: 'x' }))).toBe('WORKFLOW_NOT_FOUND');
    const negative = world.choice.pickVersion({ workflowSid: 'w', preferences: { costWeight: -1 } });
    expect(await reasonOf(negative)).toBe('INVALID_ARGUMENT');
  });

  it('chooses by what was measured, by the weights, and the same each time', async () => {
    world.outcome = ({ versionSid }, index) =>
      versionSid === 'v1' ? { durationMs: 1000 } : { durationMs: 10, status: index % 2 === 0 ? 'success' : 'failed' };
    await end((await run({ exampleSids: ['a'], repeats: 10 })).sid);
    await end((await run({ versionSid: 'v3', exampleSids: ['a'], repeats: 10 })).sid);
    const accurate = await world.choice.pickVersion({ workflowSid: 'w', preferences: { accuracyWeight: 1 } });
    expect(accurate.versionSid).toBe('v1');
    expect(accurate.confidence).toBeGreaterThan(0.9);
    expect(accurate.candidates.map((c) => [c.versionSid, c.runs])).toEqual([
      ['v1', 10],
      ['v3', 10],
      ['v2', 0],
    ]);
    expect(accurate.candidates[0]).toMatchObject({ number: 1, accuracy: 1, success: 11 / 12 });
    expect(accurate.candidates[0]?.avgDurationMs).toBeCloseTo(1000);
    expect(accurate.candidates[0]?.avgCostUsd).toBeUndefined();
    expect(accurate.reasoning).toMatch(/^Version 1 .* 10 of 10 runs.*Next is version 3.*left out\.$/);
    const fast = { workflowSid: 'w', preferences: { speedWeight: 1 } };
    expect((await world.choice.pickVersion(fast)).versionSid).toBe('v3');
    expect(await world.choice.pickVersion(fast)).toEqual(await world.choice.pickVersion(fast));
  });

  it('explores where that is configured, and says so', async () => {
    await world.close();
    world = createBenchWorld(1);
    world.examples.push({ sid: 'a', versionSid: '', inputValues: {}, expectedOutput: '' });
    world.outcome = ({ versionSid }, index) => ({
      status: versionSid === 'v1' || index % 3 > 0 ? 'success' : 'failed',
    });
    await end((await run({ repeats: 4 })).sid);
    await end((await run({ versionSid: 'v3', repeats: 4 })).sid);
    const picks = await Promise.all(
      Array.from({ length: 40 }, (_, i) => world.choice.pickVersion({ workflowSid: 'w', userRequest: `request ${i}` })),
    );
    const explored = picks.filter((pick) => pick.explored);
    expect(explored.length).toBeGreaterThan(0);
    expect(explored.length).toBeLessThan(30);
    for (const pick of explored) {
      expect(pick.versionSid).not.toBe(pick.candidates[0]?.versionSid);
      expect(pick.confidence).toBe(pick.candidates[1]?.winProbability);
      expect(pick.reasoning).toContain('To learn more, version');
    }
  });

  it('takes plays of late into account', async () => {
    await end((await run({ exampleSids: ['a'] })).sid);
    const before = await world.choice.pickVersion({ workflowSid: 'w' });
    world.recent.push(...Array.from({ length: 9 }, () => ({ succeeded: false, durationMs: 5 })));
    const after = await world.choice.pickVersion({ workflowSid: 'w' });
    expect(after.candidates[0]?.runs).toBe(10);
    expect(after.candidates[0]?.success).toBeLessThan(before.candidates[0]?.success as number);
  });
});

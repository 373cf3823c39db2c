// Contract: what a benchmark runs over. Inputs that a flow thinks of are checked and become examples, once each; a benchmark that asks for them runs over them, or
// ends with the reason. A request that is repeated is one benchmark. Examples that do not fit the version are left out, or refused where they are named.

import { toHeroError, writePrincipal } from '@hero-logic/platform';
import { BenchmarkStatus } from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
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
    expect(world.examples).toHaveLength(2);
  });

  it('are run over by the benchmark that asks for them, also when it is stopped before they are planned', async () => {
    world.inputs = [];
    world.reply = '[{}, {"x": 1}]';
    const { sid, plannedRuns, generated } = await world.run({ generate: 2, repeats: 2 });
    expect([plannedRuns, generated]).toEqual([4, undefined]);
    const done = await world.end(sid);
    expect(done).toMatchObject({ status: BenchmarkStatus.DONE, plannedRuns: 6, numRuns: 6 });
    expect(done.generated).toMatchObject({ flow: 'invent_inputs', rejected: ['2: x is no input'] });
    expect(done.generated?.exampleSids).toEqual([expect.stringMatching(/^generated /)]);
    expect(done.runs.map((r) => r.exampleSid.slice(0, 9))).toEqual(['a', 'b', 'a', 'b', 'generated', 'generated']);
    expect(world.keys).toEqual([`benchmark:${sid}:generate`]);
    expect(JSON.parse(world.called[0] ?? '')).toMatchObject({ examples: [{ x: 1 }, { x: 2 }], count: 2 });
    const again = await world.end((await world.run({ generate: 2, generateFlow: 'think' })).sid);
    expect(again, 'the same input is one example').toMatchObject({ plannedRuns: 3, numRuns: 3 });
  });

  it('fail the benchmark with the reason when the flow gives nothing to run over', async () => {
    world.examples.length = 0;
    const failed = await world.end((await world.run({ generate: 1 })).sid);
    expect(failed).toMatchObject({ status: BenchmarkStatus.FAILED, numRuns: 0 });
    expect(failed.stopReason).toBe('the flow "invent_inputs" did not succeed: Failed: no model (play pc)');
    world.reply = '[{"n":0}]';
    const none = await world.end((await world.run({ generate: 1 })).sid);
    expect(none.stopReason).toMatch(/^there is nothing to run over: no input of "invent_inputs" could be used \(1: n /);
    expect(await reasonOf(world.run({ generate: 1, generateFlow: 'nobody' }))).toBe('WORKFLOW_NOT_FOUND');
    expect(world.examples).toEqual([]);
  });

  it('are for authors to ask for', async () => {
    const asked = { workflowSid: 'w', versionSid: 'v1', generate: 1 };
    const operator = new Headers();
    writePrincipal(operator, { name: 'o', role: 'operator' });
    expect(await reasonOf(world.benchmarks.runBenchmark(asked, { headers: operator }))).toBe('PERMISSION_DENIED');
    const author = new Headers();
    writePrincipal(author, { name: 'a', role: 'author' });
    expect((await world.benchmarks.runBenchmark(asked, { headers: author })).status).toBe(BenchmarkStatus.RUNNING);
  });
});

describe('a request that is repeated', () => {
  it('gives the benchmark that it started, and another request under its id is refused', async () => {
    const asked = { requestId: 'r1', repeats: 2 };
    const { sid } = await world.run(asked);
    expect((await world.run(asked)).sid).toBe(sid);
    await world.end(sid);
    expect(await world.run(asked)).toMatchObject({ sid, status: BenchmarkStatus.DONE, numRuns: 4 });
    expect(world.started).toHaveLength(4);
    expect(await reasonOf(world.run({ ...asked, repeats: 3 }))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await world.run({ repeats: 2 })).sid, 'without an id each call starts one').not.toBe(sid);
  });
});

describe('examples that do not fit the version', () => {
  beforeEach(() => {
    const field = { description: '', default: '', schema: '', type: 'integer', required: true };
    world.inputs = [
      { ...field, name: 'x', schema: '{"maximum": 1}' },
      { ...field, name: 'y', required: true, default: '0' },
    ];
  });

  it('are left out with what is wrong, and refused where they are named', async () => {
    const done = await world.end((await world.run()).sid);
    expect(done).toMatchObject({ plannedRuns: 1, runs: [{ exampleSid: 'a' }] });
    expect(done.leftOut).toMatchObject([{ exampleSid: 'b', reason: expect.stringContaining('x ') }]);
    const refused = toHeroError(await world.run({ exampleSids: ['a', 'b'] }).catch((e: unknown) => e));
    expect(refused.violations).toMatchObject([
      {
        field: 'example_sids[1]',
        description: expect.stringMatching(/^does not fit version 1: x .*; change the example$/),
      },
    ]);
    world.examples.splice(0, 1);
    const none = toHeroError(await world.run().catch((e: unknown) => e));
    expect(none).toMatchObject({ reason: 'WORKFLOW_HAS_NO_EXAMPLE', violations: [{ field: 'example b' }] });
  });
});

// Contract: an example is one per workflow and name and keeps its JSON texts; no sid that does not exist is accepted; as input of a play it
// drops what the version does not know, with a warning, and refuses values of another type by name.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestRegistry, flowSource, refusal, type TestRegistry } from '../testing/build-for-test.ts';

let registry: TestRegistry;
let workflowSid: string;
let versionSid: string;
beforeEach(async () => {
  registry = createTestRegistry();
  const pythonSource = flowSource('w', 'return n', 'n: int, text: str = "", any=None');
  const made = await registry.workflows.createWorkflow({ name: 'w', pythonSource });
  workflowSid = made.sid;
  versionSid = made.currentVersionSid;
});
afterEach(() => registry.close());

it('upserts by workflow and name and keeps texts as they came', async () => {
  const { examples, clock } = registry;
  const request = {
    workflowSid,
    name: 'e',
    inputValues: { n: '9007199254740993', text: '"\\u00e4 \u00e4"' },
    resumes: { tone: ' [1.0] ' },
    expectedOutput: '{"b":1,"a":2}',
    tags: ['t'],
    workflowVersionSid: versionSid,
  };
  const made = await examples.upsertExample(request);
  expect(made).toMatchObject(request);
  expect(await examples.getExample({ exampleSid: made.sid })).toEqual(made);
  await clock.advance(1000);
  expect(await examples.upsertExample(request)).toEqual(made);
  const changed = await examples.upsertExample({ workflowSid, name: 'e', inputValues: {} });
  expect(changed).toMatchObject({ sid: made.sid, inputValues: {}, resumes: {}, expectedOutput: '', tags: [] });
  expect(changed.createdAt).toEqual(made.createdAt);
  expect(changed.updatedAt).not.toEqual(made.updatedAt);
  await examples.upsertExample({ workflowSid, name: 'd' });
  const first = await examples.listExamples({ workflowSid, pageSize: 1 });
  const rest = await examples.listExamples({ workflowSid, pageToken: first.nextPageToken });
  expect([first, rest].flatMap((page) => page.examples.map((e) => e.name))).toEqual(['d', 'e']);
  expect(await examples.deleteExample({ exampleSid: made.sid })).toMatchObject({ ok: true });
  expect((await examples.listExamples({ workflowSid })).examples).toHaveLength(1);
});

it('refuses texts that are not JSON, naming each', async () => {
  const error = await refusal(
    registry.examples.upsertExample({
      workflowSid,
      name: 'e',
      inputValues: { a: '', b: '{', c: '1' },
      resumes: { r: 'x' },
      expectedOutput: `${'['.repeat(201)}${']'.repeat(201)}`,
    }),
  );
  expect(error.reason).toBe('INVALID_JSON');
  expect(error.violations.map((v) => v.field)).toEqual([
    'input_values.a',
    'input_values.b',
    'resumes.r',
    'expected_output',
  ]);
});

it('answers NOT_FOUND for every sid that does not exist', async () => {
  const { examples } = registry;
  const other = await registry.workflows.createWorkflow({ name: 'other', pythonSource: flowSource('other') });
  const calls: [Promise<unknown>, string][] = [
    [examples.upsertExample({ workflowSid: 'nope', name: 'e' }), 'WORKFLOW_NOT_FOUND'],
    [examples.upsertExample({ workflowSid, name: 'e', workflowVersionSid: 'nope' }), 'VERSION_NOT_FOUND'],
    [
      examples.upsertExample({ workflowSid, name: 'e', workflowVersionSid: other.currentVersionSid }),
      'VERSION_NOT_FOUND',
    ],
    [examples.listExamples({ workflowSid: 'nope' }), 'WORKFLOW_NOT_FOUND'],
    [examples.getExample({ exampleSid: 'nope' }), 'EXAMPLE_NOT_FOUND'],
    [examples.buildInputData({ exampleSid: 'nope' }), 'EXAMPLE_NOT_FOUND'],
    [examples.deleteExample({ exampleSid: 'nope' }), 'EXAMPLE_NOT_FOUND'],
  ];
  for (const [call, reason] of calls) expect((await refusal(call)).reason).toBe(reason);
});

it('builds the input of a play', async () => {
  const { examples } = registry;
  const build = async (inputValues: Record<string, string>, more: object = {}, forVersion = '') => {
    const { sid } = await examples.upsertExample({ workflowSid, name: 'e', inputValues, ...more });
    return examples.buildInputData({ exampleSid: sid, versionSid: forVersion });
  };
  const built = await build({ n: '9007199254740993.0', gone: '1', any: '[ 1.0 ]', __proto__x: '2' });
  expect(built.inputData).toBe('{"n":9007199254740993.0,"any":[ 1.0 ]}');
  expect(built.warnings).toHaveLength(2);
  expect(built.warnings[1]).toContain('input_values.gone');
  const wrong = await refusal(build({ n: '1.5', text: '3' }));
  expect([wrong.reason, wrong.violations]).toEqual([
    'INVALID_ARGUMENT',
    [
      { field: 'input_values.n', description: 'must be an integer, not number' },
      { field: 'input_values.text', description: 'must be a string, not number' },
    ],
  ]);
  const second = flowSource('w', 'return m', 'm: str');
  const other = await registry.workflows.createVersion({ workflowSid, pythonSource: second, setCurrent: true });
  const both = { n: '1', m: '"x"' };
  expect((await build(both)).inputData).toBe('{"m":"x"}');
  expect((await build(both, {}, versionSid)).inputData).toBe('{"n":1}');
  expect((await build(both, { workflowVersionSid: versionSid })).inputData).toBe('{"n":1}');
  const elsewhere = await refusal(build(both, { workflowVersionSid: versionSid }, other.sid));
  expect(elsewhere.violations.map(({ field }) => field)).toEqual(['version_sid']);
  expect((await refusal(build(both, { workflowVersionSid: '' }, 'nope'))).reason).toBe('VERSION_NOT_FOUND');
  const bare = await registry.workflows.createWorkflow({ name: 'bare' });
  const { sid } = await examples.upsertExample({ workflowSid: bare.sid, name: 'e' });
  expect((await refusal(examples.buildInputData({ exampleSid: sid }))).reason).toBe('WORKFLOW_HAS_NO_VERSION');
});

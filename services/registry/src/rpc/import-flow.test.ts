// Contract: an import makes the flow of a name like the one that is given, all of it or nothing; again it changes nothing; a dry run writes nothing
// and says the same; what is wrong is named, all of it; versions that are there with other content refuse it; what only the library has stays.

import type { MessageInitShape } from '@bufbuild/protobuf';
import type { FlowBundleSchema } from '@hero-logic/proto/herologic/registry/v1/flow_bundle_pb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestRegistry, flowSource, refusal, type TestRegistry } from '../testing/build-for-test.ts';

let registry: TestRegistry;
beforeEach(() => {
  registry = createTestRegistry();
});
afterEach(() => registry.close());

type Bundle = Omit<MessageInitShape<typeof FlowBundleSchema>, '$typeName' | '$unknown'>;

const FIRST = {
  ...{ pythonSource: flowSource('w', 'return 1', 'n: int'), label: 'first', notes: 'n' },
  limits: { wallMs: 5n, slotCost: 2 },
};
const SECOND = { pythonSource: flowSource('main', 'return 2'), entry: 'main' };
const THIRD = { pythonSource: flowSource('w', 'return 3') };

function bundle(more: Partial<Bundle> = {}): Bundle {
  return {
    name: 'w',
    description: 'What it does',
    tags: ['b', 'a'],
    archived: true,
    currentNumber: 2,
    versions: [FIRST, SECOND, THIRD],
    examples: [
      {
        name: 'small',
        inputValues: { n: '1.0' },
        resumes: { ok: 'true' },
        versionNumber: 1,
        expectedOutput: '[1]',
        tags: ['t'],
      },
      { name: 'any', inputValues: {} },
    ],
    ...more,
  };
}

const get = () => registry.workflows.getWorkflow({ workflow: { case: 'name', value: 'w' } });
const put = (flow: Bundle, dryRun = false) => registry.workflows.importFlow({ flow, dryRun });

it('creates the flow with versions, current one, limits, labels, archived, and examples', async () => {
  const dry = await put(bundle(), true);
  const all = [
    'created',
    'version 1 added',
    'version 2 added',
    'version 3 added',
    'example "small" added',
    'example "any" added',
  ];
  expect(dry).toMatchObject({ workflowSid: '', changes: all, kept: [] });
  expect((await refusal(get())).reason).toBe('WORKFLOW_NOT_FOUND');
  const done = await put(bundle());
  expect(done.changes).toEqual(all);
  const flow = await get();
  expect(flow).toMatchObject({ sid: done.workflowSid, description: 'What it does', tags: ['b', 'a'], archived: true });
  const [third, second, first] = flow.versions;
  expect(flow.currentVersionSid).toBe(second?.sid);
  expect(first).toMatchObject({
    number: 1,
    label: 'first',
    notes: 'n',
    entry: 'w',
    limits: { wallMs: 5n, slotCost: 2 },
  });
  expect(second).toMatchObject({ number: 2, label: 'v2', entry: 'main' });
  expect(third).toMatchObject({ number: 3, label: 'v3' });
  const { examples } = await registry.examples.listExamples({ workflowSid: flow.sid });
  expect(examples.map((e) => [e.name, e.workflowVersionSid])).toEqual([
    ['any', ''],
    ['small', first?.sid],
  ]);
  expect(examples[1]).toMatchObject({
    inputValues: { n: '1.0' },
    resumes: { ok: 'true' },
    expectedOutput: '[1]',
    tags: ['t'],
  });
  expect(await put(bundle())).toMatchObject({ workflowSid: flow.sid, changes: [], kept: [] });
  expect(await get(), 'not touched').toEqual(flow);
});

it('adds and changes what differs, keeps what only the library has, and can be found', async () => {
  await put(bundle({ archived: false }));
  const { sid } = await get();
  await registry.examples.upsertExample({ workflowSid: sid, name: 'mine' });
  await registry.workflows.createVersion({ workflowSid: sid, pythonSource: flowSource('w', 'return 4') });
  const older = bundle({
    archived: false,
    description: 'Zebra',
    currentNumber: 1,
    versions: [FIRST, SECOND],
    examples: [{ name: 'any', inputValues: { n: '2' } }],
  });
  const done = await put(older);
  expect(done.changes).toEqual(['description changed', 'current version is now 1', 'example "any" changed']);
  expect(done.kept).toEqual(['version 3', 'version 4', 'example "mine"', 'example "small"']);
  expect((await put(older)).changes).toEqual([]);
  const found = await registry.library.searchLibrary({ query: 'zebra', limit: 5 });
  expect(found.workflowSids).toEqual([sid]);
  expect((await get()).versions).toHaveLength(4);
});

it('refuses versions that differ, naming each difference, and writes nothing', async () => {
  await put(bundle());
  const before = await get();
  const error = await refusal(
    put(
      bundle({
        description: 'new',
        versions: [
          { ...FIRST, label: 'other', notes: '', limits: { wallMs: 6n }, inputs: [{ name: 'n', required: false }] },
          { ...SECOND, pythonSource: flowSource('w', 'return 3'), entry: 'w' },
        ],
      }),
    ),
  );
  expect(error.reason).toBe('VERSION_DIFFERS');
  expect(error.violations.map((v) => v.field)).toEqual([
    'flow.versions[0].label',
    'flow.versions[0].notes',
    'flow.versions[0].inputs',
    'flow.versions[0].limits',
    'flow.versions[1].python_source',
    'flow.versions[1].entry',
    'flow.versions[1].python_source',
  ]);
  expect(error.violations[0]?.description).toBe('is "first" in the library, not "other"');
  expect(await get()).toEqual(before);
});

it('names everything that is wrong', async () => {
  const same = flowSource('w');
  const wrong = bundle({
    currentNumber: 5,
    versions: [{ pythonSource: same }, { pythonSource: same }],
    examples: [
      { name: 'e', versionNumber: 3, inputValues: { n: '{' } },
      { name: 'e', expectedOutput: 'x' },
    ],
  });
  expect((await refusal(put(wrong))).violations.map((v) => v.field)).toEqual([
    'flow.current_number',
    'flow.versions[1].python_source',
    'flow.examples[0].version_number',
    'flow.examples[0].input_values.n',
    'flow.examples[1].name',
    'flow.examples[1].expected_output',
  ]);
  const sources = bundle({
    currentNumber: 1,
    versions: [
      { pythonSource: 'def f(:' },
      { pythonSource: flowSource('main'), entry: 'gone' },
      { pythonSource: flowSource('w'), inputs: [{ name: 'n', default: '{' }] },
    ],
    examples: [],
  });
  const error = await refusal(put(sources));
  expect(error.reason).toBe('INVALID_ARGUMENT');
  expect(error.violations.map((v) => v.field)).toEqual([
    'flow.versions[0].python_source',
    'flow.versions[1].entry',
    'flow.versions[2].inputs[0].default',
  ]);
  expect((await refusal(put(bundle({ versions: [] })))).violations.map((v) => v.field)).toContain(
    'flow.current_number',
  );
  expect((await refusal(get())).reason).toBe('WORKFLOW_NOT_FOUND');
});

it('is one of racing imports, and the others find it done', async () => {
  const done = await Promise.all([put(bundle()), put(bundle()), put(bundle())]);
  expect(new Set(done.map((d) => d.workflowSid)).size).toBe(1);
  expect(done.filter((d) => d.changes.includes('created'))).toHaveLength(1);
  expect((await get()).versions).toHaveLength(3);
});

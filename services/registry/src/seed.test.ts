// Contract: seeding creates what is absent and follows its own changes on later starts; what a user has written, changed, deleted or
// created under the same name stays as it is.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { seedWorkflows, type WorkflowSeed } from './seed.ts';
import { createTestRegistry, flowSource, type TestRegistry } from './testing/build-for-test.ts';

let registry: TestRegistry;
beforeEach(() => {
  registry = createTestRegistry();
});
afterEach(() => registry.close());

function seed(body: string, more: Partial<WorkflowSeed> = {}): WorkflowSeed {
  return { name: 's', description: 'd1', tags: ['t1'], pythonSource: flowSource('s', body), examples: [], ...more };
}

function example(name: string, n: string) {
  return { name, description: '', inputValues: { n }, resumes: {}, expectedOutput: '' };
}

const start = (one: WorkflowSeed) => seedWorkflows(registry.transport, [one]);
const found = () => registry.workflows.getWorkflow({ workflow: { case: 'name', value: 's' } });

async function examplesNow(): Promise<string[]> {
  const { sid } = await found();
  const { examples } = await registry.examples.listExamples({ workflowSid: sid });
  return examples.map((e) => `${e.name}=${e.inputValues.n}`);
}

it('writes the limits of a seed with its source', async () => {
  await start(seed('return 1', { limits: { network: 'any', services: 'write', wallMs: 5000n } }));
  const limits = (await found()).versions[0]?.limits;
  expect(limits).toMatchObject({ network: 'any', services: 'write', wallMs: 5000n, memoryMb: 0 });
});

it('follows limits that change without the source, there and back, each as a version of its own', async () => {
  const limited = (network: string) => seed('return 1', network === '' ? {} : { limits: { network, wallMs: 5n } });
  const limitsNow = async () => {
    const { versions, currentVersionSid } = await found();
    return [versions.length, versions.find((v) => v.sid === currentVersionSid)?.limits?.network];
  };
  await start(limited(''));
  expect(await start(limited('any'))).toEqual(['s']);
  expect(await limitsNow()).toEqual([2, 'any']);
  expect(await start(limited('any'))).toEqual([]);
  const { currentVersionSid } = await found();
  const { pythonSource } = await registry.workflows.getVersion({ versionSid: currentVersionSid });
  expect(pythonSource).toBe(`${flowSource('s', 'return 1')}\n# Limits: network = any, wallMs = 5\n`);
  expect(await start(limited('none'))).toEqual(['s']);
  expect(await limitsNow()).toEqual([3, 'none']);
  expect(await start(limited(''))).toEqual(['s']);
  expect(await limitsNow()).toEqual([3, '']);
  await start(seed('return 2', { limits: { network: 'any' } }));
  expect(await limitsNow()).toEqual([4, 'any']);
  const own = { workflowSid: (await found()).sid, pythonSource: flowSource('s', 'return "own"'), setCurrent: true };
  await registry.workflows.createVersion(own);
  expect(await start(seed('return 2', { limits: { network: 'none' } })), 'a user has written').toEqual([]);
});

it('creates once and then follows its own changes', async () => {
  const first = seed('return 1', { examples: [example('a', '1'), example('b', '1')] });
  expect(await start(first)).toEqual(['s']);
  const made = await found();
  expect(made.versions.map((v) => [v.number, v.notes])).toEqual([[1, 'seed']]);
  expect(await examplesNow()).toEqual(['a=1', 'b=1']);
  expect(await start(first)).toEqual([]);
  expect(await found()).toEqual(made);
  const second = seed('return 2', {
    description: 'd2',
    tags: ['t2'],
    examples: [example('a', '2'), example('c', '1')],
  });
  expect(await start(second)).toEqual(['s']);
  const after = await found();
  expect(after).toMatchObject({ sid: made.sid, description: 'd2', tags: ['t2'] });
  expect(after.currentVersionSid).toBe(after.versions[0]?.sid);
  expect(after.versions.map((v) => v.number)).toEqual([2, 1]);
  expect(await examplesNow()).toEqual(['a=2', 'b=1', 'c=1']);
  expect(await start(second)).toEqual([]);
  await start(first);
  expect((await found()).currentVersionSid).toBe(made.currentVersionSid);
});

it('leaves versions, texts and examples of a user alone', async () => {
  const { workflows, examples } = registry;
  await start(seed('return 1', { examples: [example('a', '1'), example('b', '1'), example('c', '1')] }));
  const { sid: workflowSid, currentVersionSid } = await found();
  await workflows.updateWorkflow({ workflowSid, description: 'mine' });
  await examples.upsertExample({ workflowSid, name: 'a', inputValues: { n: '99' } });
  const b = (await examples.listExamples({ workflowSid })).examples.find((e) => e.name === 'b');
  await examples.deleteExample({ exampleSid: b?.sid ?? '' });
  await examples.upsertExample({ workflowSid, name: 'd', inputValues: { n: '99' } });
  const next = ['a', 'b', 'c', 'd'].map((name) => example(name, '2'));
  await start(seed('return 2', { description: 'd2', tags: ['t2'], examples: next }));
  const after = await found();
  expect(after).toMatchObject({ description: 'mine', tags: ['t2'] });
  expect(after.currentVersionSid).not.toBe(currentVersionSid);
  expect(await examplesNow()).toEqual(['a=99', 'c=2', 'd=99']);

  const own = { workflowSid, pythonSource: flowSource('s', 'return "own"'), setCurrent: true };
  const mine = await workflows.createVersion(own);
  expect(await start(seed('return 3', { description: 'mine', tags: ['t2'], examples: next }))).toEqual([]);
  expect(await found()).toMatchObject({ currentVersionSid: mine.sid });
  expect((await found()).versions).toHaveLength(3);
});

it('writes no version after one of a user, current or not', async () => {
  const { workflows } = registry;
  const pythonSource = flowSource('s', 'return "own"');
  await start(seed('return 1'));
  const { sid: workflowSid } = await found();
  const { currentVersionSid } = await found();
  const mine = await workflows.createVersion({ workflowSid, pythonSource });
  expect(await start(seed('return 2'))).toEqual([]);
  expect((await found()).currentVersionSid).toBe(currentVersionSid);
  await workflows.setCurrentVersion({ workflowSid, versionSid: mine.sid });
  expect(await start(seed('return 2'))).toEqual([]);
  expect((await found()).versions).toHaveLength(2);
});

it('leaves a workflow alone that a user created under the name, and creates anew what was deleted', async () => {
  const { workflows } = registry;
  await workflows.createWorkflow({ name: 's' });
  expect(await start(seed('return 1'))).toEqual([]);
  expect((await found()).versions).toEqual([]);
  await workflows.deleteWorkflow({ workflowSid: (await found()).sid });
  expect(await start(seed('return 1'))).toEqual(['s']);
  await workflows.updateWorkflow({ workflowSid: (await found()).sid, archived: true });
  await start(seed('return 2'));
  expect((await found()).archived).toBe(true);
});

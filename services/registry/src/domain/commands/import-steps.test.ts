// Contract: without transactions an import comes to the same as with them, and one that is interrupted at any write is completed by the next.

import { createGroupCommit, createSchemaCheck, createSids, openDatabase, silentLog } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { afterAll, expect, it } from 'vitest';
import { createPythonInspector } from '../../inspect/python-inspector.ts';
import { createSqliteExampleStore } from '../../storage/example-store.sqlite.ts';
import { createRegistryTables } from '../../storage/registry-tables.sqlite.ts';
import { createSqliteWorkflowStore } from '../../storage/workflow-store.sqlite.ts';
import { flowSource } from '../../testing/build-for-test.ts';
import type { FlowBundle } from '../flow-bundle.ts';
import type { ExampleStore, WorkflowStore } from '../ports.ts';
import { NO_LIMITS } from '../version.ts';
import { importFlow } from './import-flow.ts';

const inspector = createPythonInspector({ python: '', log: silentLog });
afterAll(() => inspector.close());

const version = (body: string, label: string) => ({
  ...{ source: flowSource('w', body), label, notes: '', entry: '', inputs: [], outputs: [] },
  limits: { ...NO_LIMITS, wallMs: 7 },
});
const content = {
  description: '',
  workflowVersionSid: '',
  inputValues: [],
  resumes: [],
  expectedOutput: '1',
  tags: [],
};
const FLOW: FlowBundle = {
  ...{ name: 'w', description: 'd', tags: ['t'], archived: true, currentNumber: 2 },
  versions: [version('return 1', 'a'), version('return 2', 'b'), version('return 3', '')],
  examples: [{ content: { ...content, name: 'e' }, versionNumber: 2 }],
};

/** Stores without importFlow whose n-th write, and all after it, fail. */
function stores(failAt: number) {
  const db = openDatabase(':memory:');
  createRegistryTables(db);
  const commit = createGroupCommit(db);
  const { importFlow: _, ...workflows } = createSqliteWorkflowStore(db, commit);
  const examples = createSqliteExampleStore(db, commit);
  let left = failAt;
  const failing =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (left-- <= 0) throw new Error('the store is gone');
      return write(...args);
    };
  const clock = createFakeClock();
  const deps = { inspector, schemas: createSchemaCheck(), newSid: createSids({ now: clock.now }), clock };
  const broken: WorkflowStore = {
    ...workflows,
    create: failing(workflows.create),
    addVersion: failing(workflows.addVersion),
    replace: failing(workflows.replace),
  };
  const brokenExamples: ExampleStore = { ...examples, upsert: failing(examples.upsert) };
  return {
    import: () =>
      importFlow(
        { ...deps, workflows: broken, examples: brokenExamples },
        { bundle: FLOW, namespace: 'default', dryRun: false },
      ),
    mend: () => {
      left = Number.POSITIVE_INFINITY;
    },
    async state() {
      const flow = await workflows.getByName('w');
      const versions = await workflows.listVersions(flow?.sid ?? '');
      const current = versions.find((v) => v.sid === flow?.currentVersionSid)?.number;
      const saved = await examples.list(flow?.sid ?? '', '', 9);
      return {
        ...{ description: flow?.description, tags: flow?.tags, archived: flow?.archived, current },
        versions: versions.map((v) => [v.number, v.label, v.limits.wallMs]),
        examples: saved.map((e) => [e.name, versions.find((v) => v.sid === e.workflowVersionSid)?.number]),
      };
    },
  };
}

it('completes what was interrupted at any write', async () => {
  const whole = {
    ...{ description: 'd', tags: ['t'], archived: true, current: 2 },
    versions: [
      [3, 'v3', 7],
      [2, 'b', 7],
      [1, 'a', 7],
    ],
    examples: [['e', 2]],
  };
  let failed = 0;
  for (let failAt = 0; failAt < 10; failAt++) {
    const world = stores(failAt);
    await world.import().catch(() => {
      failed += 1;
    });
    world.mend();
    await world.import();
    expect(await world.state()).toEqual(whole);
    expect((await world.import()).changes).toEqual([]);
  }
  expect(failed, 'writes of an import').toBe(5);
});

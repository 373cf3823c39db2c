// The contract of an import into a store without transactions: it comes to the same as with them. One that is interrupted at any write leaves a flow
// that is absent, archived, as it was, or whole, and is completed by the next.

import { createSchemaCheck, createSids, silentLog } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { createPythonInspector } from '../../inspect/python-inspector.ts';
import { flowSource } from '../../testing/build-for-test.ts';
import type { FlowBundle } from '../flow-bundle.ts';
import type { ExampleStore, WorkflowStore } from '../ports.ts';
import { NO_LIMITS } from '../version.ts';
import { importFlow } from './import-flow.ts';

export interface StepStores {
  readonly workflows: WorkflowStore;
  readonly examples: ExampleStore;
}

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
  ...{ name: 'w', description: 'd', tags: ['t'], archived: false, currentNumber: 2 },
  versions: [version('return 1', 'a'), version('return 2', 'b'), version('return 3', '')],
  examples: [{ content: { ...content, name: 'e' }, versionNumber: 2 }],
};

/** Stores whose n-th write, and all after it, fail until they are mended. */
function breaking({ workflows, examples }: StepStores) {
  let left = Number.POSITIVE_INFINITY;
  const failing =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (left-- <= 0) throw new Error('the store is gone');
      return write(...args);
    };
  const { importFlow: _, ...rest } = workflows;
  const broken: WorkflowStore = {
    ...rest,
    create: failing(workflows.create),
    addVersion: failing(workflows.addVersion),
    replace: failing(workflows.replace),
  };
  return {
    stores: { workflows: broken, examples: { ...examples, upsert: failing(examples.upsert) } },
    breakAt(write: number) {
      left = write;
    },
  };
}

async function stateOf({ workflows, examples }: StepStores) {
  const flow = await workflows.getByName('w');
  if (flow === undefined) return undefined;
  const versions = await workflows.listVersions(flow.sid);
  const numberOf = (sid: string) => versions.find((v) => v.sid === sid)?.number;
  return {
    ...{ description: flow.description, tags: flow.tags, archived: flow.archived },
    current: numberOf(flow.currentVersionSid),
    versions: versions.map((v) => [v.number, v.label, v.limits.wallMs]),
    examples: (await examples.list(flow.sid, '', 9)).map((e) => [e.name, numberOf(e.workflowVersionSid)]),
  };
}

const WHOLE = {
  ...{ description: 'd', tags: ['t'], archived: false, current: 2 },
  versions: [
    [3, 'v3', 7],
    [2, 'b', 7],
    [1, 'a', 7],
  ],
  examples: [['e', 2]],
};
const BEFORE: FlowBundle = {
  ...FLOW,
  description: 'old',
  currentNumber: 1,
  versions: FLOW.versions.slice(0, 1),
  examples: [],
};
const MOST_WRITES = 9;

export function importStepsConformance(name: string, open: () => Promise<StepStores>): void {
  describe(`${name}: an import in steps`, () => {
    const inspector = createPythonInspector({ python: '', log: silentLog });
    afterAll(() => inspector.close());

    it.each([
      ['new', 5, undefined],
      ['known', 4, BEFORE],
    ] as const)('completes what was interrupted at any write: a flow that is %s', async (_what, writes, before) => {
      const clock = createFakeClock();
      const deps = {
        inspector,
        schemas: createSchemaCheck(),
        newSid: createSids({ now: clock.now }),
        clock,
        isolationLeast: 'version' as const,
      };
      let failed = 0;
      for (let write = 0; write < MOST_WRITES; write++) {
        const { stores, breakAt } = breaking(await open());
        if (before !== undefined)
          await importFlow({ ...deps, ...stores }, { bundle: before, namespace: 'default', dryRun: false });
        breakAt(write);
        await importFlow({ ...deps, ...stores }, { bundle: FLOW, namespace: 'default', dryRun: false }).catch(() => {
          failed += 1;
        });
        breakAt(Number.POSITIVE_INFINITY);
        const left = await stateOf(stores);
        const isUntouched =
          before === undefined ? (left?.archived ?? true) : left?.description === 'old' && left.current === 1;
        expect(isUntouched || left, `after ${write} writes`).toEqual(isUntouched || WHOLE);
        await importFlow({ ...deps, ...stores }, { bundle: FLOW, namespace: 'default', dryRun: false });
        expect(await stateOf(stores)).toEqual(WHOLE);
        expect(
          (await importFlow({ ...deps, ...stores }, { bundle: FLOW, namespace: 'default', dryRun: false })).changes,
        ).toEqual([]);
      }
      expect(failed, 'writes of an import').toBe(writes);
    });
  });
}

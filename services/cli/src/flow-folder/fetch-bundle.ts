// A flow of a server, with all its versions and examples, as they are at one moment.

import { create } from '@bufbuild/protobuf';
import { HeroError } from '@hero-logic/platform/client';
import type { Example } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import { type FlowBundle, FlowBundleSchema } from '@hero-logic/proto/herologic/registry/v1/flow_bundle_pb';
import type { Workflow } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Clients } from '../core/clients.ts';

type Registry = Pick<Clients, 'workflows' | 'examples'>;

const TRIES = 5;

/** An example names a version that came after the list of versions. */
class Outdated extends Error {}

export async function fetchBundle(clients: Registry, workflowSid: string): Promise<FlowBundle> {
  const get = () => clients.workflows.getWorkflow({ workflow: { case: 'workflowSid', value: workflowSid } });
  let before = await get();
  for (let tries = 0; tries < TRIES; tries++) {
    const bundle = await bundleOf(clients, before).catch((error: unknown) => {
      if (error instanceof Outdated) return undefined;
      throw error;
    });
    const after = await get();
    const isSame = after.etag === before.etag && after.versions.length === before.versions.length;
    if (isSame && bundle !== undefined) return bundle;
    before = after;
  }
  throw new HeroError('UNAVAILABLE', `the flow "${before.name}" changes while it is read; try again`);
}

async function bundleOf(clients: Registry, flow: Workflow): Promise<FlowBundle> {
  const listed = flow.versions.toReversed();
  const versions = [];
  for (const { sid } of listed) versions.push(await clients.workflows.getVersion({ versionSid: sid }));
  const numberOf = (sid: string) => {
    const version = listed.find((one) => one.sid === sid);
    if (version !== undefined || sid === '') return version?.number ?? 0;
    throw new Outdated();
  };
  const examples = await allExamples(clients, flow.sid);
  return create(FlowBundleSchema, {
    name: flow.name,
    description: flow.description,
    tags: flow.tags,
    archived: flow.archived,
    currentNumber: numberOf(flow.currentVersionSid),
    versions: versions.map(({ pythonSource, label, notes, entry, inputs, outputs, limits }) => ({
      ...{ pythonSource, label, notes, entry, inputs, outputs },
      ...(limits === undefined ? {} : { limits }),
    })),
    examples: examples.map(({ name, description, tags, inputValues, resumes, expectedOutput, workflowVersionSid }) => ({
      ...{ name, description, tags, inputValues, resumes, expectedOutput },
      versionNumber: numberOf(workflowVersionSid),
    })),
  });
}

async function allExamples(clients: Registry, workflowSid: string): Promise<Example[]> {
  const found: Example[] = [];
  let pageToken = '';
  do {
    const page = await clients.examples.listExamples({ workflowSid, pageToken });
    found.push(...page.examples);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return found;
}

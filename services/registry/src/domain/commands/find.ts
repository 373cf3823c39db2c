// Looking things up, or NOT_FOUND with the sid that was asked for.

import { HeroError, placedName } from '@hero-logic/platform';
import type { Example } from '../example.ts';
import type { ExampleStore, WorkflowStore } from '../ports.ts';
import type { Version } from '../version.ts';
import type { Workflow } from '../workflow.ts';

export async function workflowBySid(store: WorkflowStore, sid: string): Promise<Workflow> {
  return (await store.get(sid)) ?? noWorkflow({ workflow_sid: sid }, `sid ${sid}`);
}

export async function workflowByName(store: WorkflowStore, name: string, namespace?: string): Promise<Workflow> {
  return (await store.getByName(placedName(namespace, name))) ?? noWorkflow({ name }, `name "${name}"`);
}

export function noWorkflow(metadata: Record<string, string>, what: string): never {
  throw new HeroError('WORKFLOW_NOT_FOUND', `no workflow has the ${what}`, { metadata });
}

/** A version, of the workflow when one is named. */
export async function versionBySid(store: WorkflowStore, sid: string, workflowSid?: string): Promise<Version> {
  const version = await store.getVersion(sid);
  if (version !== undefined && (workflowSid === undefined || version.workflowSid === workflowSid)) return version;
  if (version === undefined) noVersion(sid, workflowSid);
  throw new HeroError('VERSION_NOT_FOUND', `version ${sid} belongs to another workflow`, {
    metadata: { version_sid: sid, workflow_sid: workflowSid ?? '' },
  });
}

export function noVersion(sid: string, workflowSid?: string): never {
  throw new HeroError('VERSION_NOT_FOUND', `no version has the sid ${sid}`, {
    metadata: { version_sid: sid, ...(workflowSid === undefined ? {} : { workflow_sid: workflowSid }) },
  });
}

/** The version that a play runs unless told otherwise. */
export async function currentVersion(store: WorkflowStore, workflow: Workflow): Promise<Version> {
  if (workflow.currentVersionSid !== '') return versionBySid(store, workflow.currentVersionSid, workflow.sid);
  throw new HeroError('WORKFLOW_HAS_NO_VERSION', `workflow "${workflow.name}" has no version yet`, {
    metadata: { workflow_sid: workflow.sid },
  });
}

export async function exampleBySid(store: ExampleStore, sid: string): Promise<Example> {
  const example = await store.get(sid);
  if (example !== undefined) return example;
  throw new HeroError('EXAMPLE_NOT_FOUND', `no example has the sid ${sid}`, { metadata: { example_sid: sid } });
}

export function nameTaken(name: string): HeroError {
  return new HeroError('WORKFLOW_NAME_TAKEN', `another workflow has the name "${name}"`, {
    violations: [{ field: 'name', description: 'is taken' }],
    metadata: { name },
  });
}

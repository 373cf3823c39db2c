// Creates a workflow; with a source, version 1 is written with it. A repeated request id gives what the first call made.

import { type Clock, invalid, placedName } from '@hero-logic/platform';
import type { WorkflowStore } from '../ports.ts';
import { hasLimits, type VersionDraft } from '../version.ts';
import { newWorkflow, type Workflow } from '../workflow.ts';
import { type DraftDeps, draftVersion, type VersionContent } from './draft-version.ts';
import { nameTaken } from './find.ts';

export interface CreateWorkflowDeps extends DraftDeps {
  readonly workflows: WorkflowStore;
  readonly clock: Clock;
}

export interface CreateWorkflow {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly requestId: string;
  readonly namespace: string;
  /** An empty source = no version yet. */
  readonly version: VersionContent;
}

export async function createWorkflow(deps: CreateWorkflowDeps, command: CreateWorkflow): Promise<Workflow> {
  const { workflows } = deps;
  const { name, description, namespace, tags } = command;
  // Another namespace may have the same.
  const requestId = command.requestId === '' ? '' : placedName(namespace, command.requestId);
  const made = requestId === '' ? undefined : await workflows.getByRequest(requestId);
  if (made !== undefined) return made;
  if ((await workflows.getByName(placedName(namespace, name))) !== undefined) throw nameTaken(command.name);
  const now = deps.clock.now();
  const workflow = newWorkflow({ sid: deps.newSid(), name, description, tags, requestId, namespace, now });
  const draft = await firstVersion(deps, command.version, workflow);
  const outcome = await workflows.create(described(workflow, draft), draft);
  if (outcome.kind === 'name-taken') throw nameTaken(command.name);
  return outcome.workflow;
}

/** A workflow without words of its own begins with those of its entry flow. */
function described(workflow: Workflow, draft: VersionDraft | undefined): Workflow {
  return workflow.description !== '' || draft === undefined
    ? workflow
    : { ...workflow, description: draft.outline.description };
}

async function firstVersion(deps: CreateWorkflowDeps, content: VersionContent, workflow: Workflow) {
  if (content.source !== '') {
    const { sid, name, createdAt } = workflow;
    return draftVersion(deps, content, { workflowSid: sid, workflowName: name, origin: 'user', now: createdAt });
  }
  const lost = lostWithoutSource(content);
  if (lost.length === 0) return undefined;
  throw invalid(lost.map((field) => ({ field, description: 'belongs to a version; give python_source with it' })));
}

function lostWithoutSource(content: VersionContent): string[] {
  return [
    ...(content.inputs.length > 0 ? ['inputs'] : []),
    ...(content.outputs.length > 0 ? ['outputs'] : []),
    ...(content.notes !== '' ? ['notes'] : []),
    ...(hasLimits(content.limits) ? ['limits'] : []),
  ];
}

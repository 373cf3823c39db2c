// Changes of a workflow that exists: load, decide, and put it in place unless somebody was faster; then again on what they left.

import type { Clock } from '@hero-logic/platform';
import { HeroError } from '@hero-logic/platform';
import type { WorkflowStore } from '../ports.ts';
import { changeWorkflow, checkEtag, type Workflow, type WorkflowChange, withCurrentVersion } from '../workflow.ts';
import { nameTaken, versionBySid, workflowBySid } from './find.ts';

const MAX_TRIES = 100;

export interface ChangeDeps {
  readonly workflows: WorkflowStore;
  readonly clock: Clock;
}

export async function updateWorkflow(
  deps: ChangeDeps,
  command: { readonly workflowSid: string; readonly change: WorkflowChange; readonly etag: string },
): Promise<Workflow> {
  return replaceWorkflow(deps.workflows, command.workflowSid, (workflow) => {
    checkEtag(workflow, command.etag);
    return changeWorkflow(workflow, command.change, deps.clock.now());
  });
}

export async function setCurrentVersion(
  deps: ChangeDeps,
  command: { readonly workflowSid: string; readonly versionSid: string },
): Promise<Workflow> {
  await workflowBySid(deps.workflows, command.workflowSid);
  const version = await versionBySid(deps.workflows, command.versionSid, command.workflowSid);
  return replaceWorkflow(deps.workflows, command.workflowSid, (workflow) =>
    withCurrentVersion(workflow, version.sid, deps.clock.now()),
  );
}

export async function replaceWorkflow(
  store: WorkflowStore,
  sid: string,
  decide: (workflow: Workflow) => Workflow,
): Promise<Workflow> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const present = await workflowBySid(store, sid);
    const next = decide(present);
    if (next === present) return present;
    const outcome = await store.replace(present, next);
    if (outcome === 'replaced') return next;
    if (outcome === 'name-taken') throw nameTaken(next.name);
  }
  throw new HeroError('UNAVAILABLE', 'the workflow changes too quickly; repeat the call', {
    metadata: { workflow_sid: sid },
  });
}

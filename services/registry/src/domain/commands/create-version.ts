// Writes a version. The same source again gives the version that exists; `setCurrent` applies to it as to a new one.

import type { Clock } from '@hero-logic/platform';
import type { AddedVersion, WorkflowStore } from '../ports.ts';
import { setCurrentVersion } from './change-workflow.ts';
import { type DraftDeps, draftVersion, sha256, type VersionContent } from './draft-version.ts';
import { noWorkflow, workflowBySid } from './find.ts';

export interface CreateVersionDeps extends DraftDeps {
  readonly workflows: WorkflowStore;
  readonly clock: Clock;
}

export interface CreateVersion {
  readonly workflowSid: string;
  readonly content: VersionContent;
  readonly setCurrent: boolean;
  readonly origin: 'user' | 'seed';
}

export async function createVersion(deps: CreateVersionDeps, command: CreateVersion): Promise<AddedVersion> {
  const { workflows, clock } = deps;
  const { workflowSid } = command;
  const workflow = await workflowBySid(workflows, workflowSid);
  const known = await workflows.getVersionBySha(workflowSid, sha256(command.content.source));
  if (known !== undefined) {
    const after = command.setCurrent ? await setCurrentVersion(deps, { workflowSid, versionSid: known.sid }) : workflow;
    return { workflow: after, version: known, written: false };
  }
  const now = clock.now();
  const draft = await draftVersion(deps, command.content, {
    workflowSid,
    workflowName: workflow.name,
    origin: command.origin,
    now,
  });
  const added = await workflows.addVersion(draft, command.setCurrent, now);
  return added ?? noWorkflow({ workflow_sid: workflowSid }, `sid ${workflowSid}`);
}

// Makes a source the flow of a name: the first time a workflow with version 1, later a version of it. The same source again adds nothing.

import { createHash } from 'node:crypto';
import { create, equals } from '@bufbuild/protobuf';
import { HeroError, isHeroError, toHeroError } from '@hero-logic/platform/client';
import {
  type VersionLimits,
  VersionLimitsSchema,
  type Workflow,
  type WorkflowVersion,
} from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Clients } from '../core/clients.ts';
import { findFlow } from '../core/resolve-flow.ts';

export type WorkflowClient = Clients['workflows'];

export interface PutFlowOptions {
  readonly client: WorkflowClient;
  readonly name: string;
  readonly source: string;
  readonly setCurrent: boolean;
  /** Left out = as it is. */
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly notes?: string | undefined;
  readonly limits?: VersionLimits | undefined;
}

export interface PutFlow {
  readonly workflow: Workflow;
  readonly version: WorkflowVersion;
  readonly change: 'created' | 'version added' | 'unchanged';
}

export async function putFlow(options: PutFlowOptions): Promise<PutFlow> {
  const { client, name } = options;
  const existing = await findFlow({ workflows: client }, name);
  if (existing !== undefined) return addVersion(options, existing);
  try {
    const workflow = await client.createWorkflow({
      name,
      pythonSource: options.source,
      description: options.description ?? '',
      tags: [...(options.tags ?? [])],
      notes: options.notes ?? '',
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    const version = workflow.versions[0] ?? (await client.getVersion({ versionSid: workflow.currentVersionSid }));
    return { workflow, version, change: 'created' };
  } catch (error) {
    if (!isHeroError(toHeroError(error), 'WORKFLOW_NAME_TAKEN')) throw error;
    // Someone was faster, and has made the same name.
    const winner = await findFlow({ workflows: client }, name);
    if (winner === undefined) throw error;
    return addVersion(options, winner);
  }
}

async function addVersion(options: PutFlowOptions, before: Workflow): Promise<PutFlow> {
  const { client, source, setCurrent, description, tags, notes, limits } = options;
  refuseOtherLimits(before, source, limits);
  const version = await client.createVersion({
    workflowSid: before.sid,
    pythonSource: source,
    setCurrent,
    notes: notes ?? '',
    ...(limits === undefined ? {} : { limits }),
  });
  const known = before.versions.some((v) => v.sid === version.sid);
  if (known && setCurrent && before.currentVersionSid !== version.sid) {
    await client.setCurrentVersion({ workflowSid: before.sid, versionSid: version.sid });
  }
  if (description !== undefined || tags !== undefined) {
    await client.updateWorkflow({
      workflowSid: before.sid,
      ...(description === undefined ? {} : { description }),
      ...(tags === undefined ? {} : { tags: { tags: [...tags] } }),
    });
  }
  const workflow = await client.getWorkflow({ workflow: { case: 'workflowSid', value: before.sid } });
  return { workflow, version, change: known ? 'unchanged' : 'version added' };
}

/** A version never changes, and a source is one version. */
function refuseOtherLimits({ name, versions }: Workflow, source: string, limits: VersionLimits | undefined): void {
  const sha256 = createHash('sha256').update(source).digest('hex');
  const known = versions.find((version) => version.sourceSha256 === sha256);
  if (limits === undefined || known === undefined) return;
  if (equals(VersionLimitsSchema, limits, known.limits ?? create(VersionLimitsSchema))) return;
  throw new HeroError(
    'VERSION_DIFFERS',
    `"${name}" has this source as version ${known.number} with other limits, and a version never changes; change the source too (a comment will do)`,
  );
}

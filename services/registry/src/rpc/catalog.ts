// CatalogService: what is to be run, in one call.

import type { ServiceImpl } from '@connectrpc/connect';
import { DEFAULT_NAMESPACE, invalid } from '@hero-logic/platform';
import type { CatalogService, ResolveVersionRequest } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import {
  currentVersion,
  noVersion,
  noWorkflow,
  versionBySid,
  workflowByName,
  workflowBySid,
} from '../domain/commands/find.ts';
import type { WorkflowStore } from '../domain/ports.ts';
import type { Workflow } from '../domain/workflow.ts';
import { versionToPb, workflowToPb } from './workflow.codec.ts';
import { sourceOf } from './workflow.ts';

export function createCatalogHandlers(store: WorkflowStore): ServiceImpl<typeof CatalogService> {
  return {
    async resolveVersion(req) {
      const workflow = await workflowOf(store, req);
      await requireBeside(store, req, workflow);
      const version =
        req.versionSid === ''
          ? await currentVersion(store, workflow)
          : await versionBySid(store, req.versionSid, workflow.sid);
      const source = req.withSource ? await sourceOf(store, version.sid) : '';
      return { workflow: workflowToPb(workflow), version: versionToPb(version, source) };
    },
  };
}

async function workflowOf(store: WorkflowStore, req: ResolveVersionRequest): Promise<Workflow> {
  const { workflow, versionSid } = req;
  if (workflow.case === 'name' && workflow.value !== '') {
    return workflowByName(store, workflow.value, await namespaceFor(store, req));
  }
  if (workflow.case === 'workflowSid' && workflow.value !== '') return workflowBySid(store, workflow.value);
  if (versionSid !== '') return workflowBySid(store, (await versionBySid(store, versionSid)).workflowSid);
  throw invalid([{ field: 'workflow_sid', description: 'is required, or name, or version_sid' }]);
}

/** A play may write any sid into its request: what is not where its own version is, is not there. */
async function requireBeside(store: WorkflowStore, req: ResolveVersionRequest, workflow: Workflow): Promise<void> {
  if (req.besideVersionSid === '') return;
  const there = (await namespaceFor(store, req)) ?? DEFAULT_NAMESPACE;
  if ((workflow.namespace ?? DEFAULT_NAMESPACE) === there) return;
  if (req.versionSid !== '') noVersion(req.versionSid);
  noWorkflow({ workflow_sid: workflow.sid }, `sid ${workflow.sid}`);
}

async function namespaceFor(store: WorkflowStore, req: ResolveVersionRequest): Promise<string | undefined> {
  if (req.namespace !== '' || req.besideVersionSid === '') return req.namespace || undefined;
  return (await workflowBySid(store, (await versionBySid(store, req.besideVersionSid)).workflowSid)).namespace;
}

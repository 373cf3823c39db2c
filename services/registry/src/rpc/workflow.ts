// WorkflowService: decode, one command or query, encode.

import type { ServiceImpl } from '@connectrpc/connect';
import {
  decodePageToken,
  encodePageToken,
  HeroError,
  invalid,
  namespaceToUse,
  pageSize,
  principalOf,
} from '@hero-logic/platform';
import type {
  ListWorkflowsRequest,
  WorkflowService,
} from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { setCurrentVersion, updateWorkflow } from '../domain/commands/change-workflow.ts';
import { createVersion } from '../domain/commands/create-version.ts';
import { createWorkflow } from '../domain/commands/create-workflow.ts';
import { type DeleteWorkflowDeps, deleteWorkflow } from '../domain/commands/delete-workflow.ts';
import type { DraftDeps } from '../domain/commands/draft-version.ts';
import { versionBySid, workflowByName, workflowBySid } from '../domain/commands/find.ts';
import { importFlow } from '../domain/commands/import-flow.ts';
import type { ExampleStore, WorkflowStore } from '../domain/ports.ts';
import { queryWords } from '../domain/search.ts';
import { placedNameOf, type Workflow } from '../domain/workflow.ts';
import { bundleFromPb } from './bundle.codec.ts';
import { contentFromPb, versionToPb, workflowToPb } from './workflow.codec.ts';

const PAGE = { fallback: 50, most: 1000 };

export interface WorkflowDeps extends DraftDeps, DeleteWorkflowDeps {
  readonly workflows: WorkflowStore;
  readonly examples: ExampleStore;
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
}

export function createWorkflowHandlers(deps: WorkflowDeps): ServiceImpl<typeof WorkflowService> {
  const store = deps.workflows;
  const withVersions = async (workflow: Workflow) => workflowToPb(workflow, await store.listVersions(workflow.sid));

  return {
    async createWorkflow(req, { requestHeader }) {
      const { name, description, tags, requestId } = req;
      const namespace = namespaceToUse(requestHeader);
      const version = contentFromPb({ ...req, label: '' });
      return withVersions(await createWorkflow(deps, { name, description, tags, requestId, namespace, version }));
    },

    async getWorkflow({ workflow }, { requestHeader }) {
      if (workflow.case === 'workflowSid') return withVersions(await workflowBySid(store, workflow.value));
      return withVersions(await workflowByName(store, workflow.value ?? '', namespaceToUse(requestHeader)));
    },

    listWorkflows: (req, { requestHeader }) => listWorkflows(store, req, principalOf(requestHeader).namespace),

    async updateWorkflow({ workflowSid, etag, name, description, tags, archived }) {
      const change = { name, description, archived, tags: tags?.tags };
      return workflowToPb(await updateWorkflow(deps, { workflowSid, etag, change }));
    },

    async deleteWorkflow({ workflowSid, force }) {
      await deleteWorkflow(deps, workflowSid, force);
      return { ok: true };
    },

    async createVersion(req) {
      const { workflowSid, setCurrent } = req;
      const command = { workflowSid, setCurrent, content: contentFromPb(req), origin: 'user' } as const;
      const { version } = await createVersion(deps, command);
      return versionToPb(version, req.pythonSource);
    },

    async getVersion({ versionSid }) {
      const version = await versionBySid(store, versionSid);
      return versionToPb(version, await sourceOf(store, versionSid));
    },

    setCurrentVersion: async ({ workflowSid, versionSid }) =>
      withVersions(await setCurrentVersion(deps, { workflowSid, versionSid })),

    async importFlow({ flow, dryRun }, { requestHeader }) {
      if (flow === undefined) throw invalid([{ field: 'flow', description: 'is required' }]);
      const { workflowSid, changes, kept } = await importFlow(deps, {
        bundle: bundleFromPb(flow),
        namespace: namespaceToUse(requestHeader),
        dryRun,
      });
      return { workflowSid, changes: [...changes], kept: [...kept] };
    },
  };
}

async function listWorkflows(store: WorkflowStore, req: ListWorkflowsRequest, namespace: string | undefined) {
  const [afterName = ''] = decodePageToken(req.pageToken) ?? [];
  const limit = pageSize(req.pageSize, PAGE.fallback, PAGE.most);
  const words = queryWords(req.query);
  const filter = { words, tags: req.tags, namespace, afterName: String(afterName), limit: limit + 1 };
  const found = await store.list(filter);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return {
    workflows: page.map((workflow) => workflowToPb(workflow)),
    nextPageToken: last === undefined ? '' : encodePageToken([placedNameOf(last)]),
  };
}

/** A version's source; it can be gone with its workflow between two reads. */
export async function sourceOf(store: WorkflowStore, versionSid: string): Promise<string> {
  const source = await store.getSource(versionSid);
  if (source !== undefined) return source;
  throw new HeroError('VERSION_NOT_FOUND', `no version has the sid ${versionSid}`, {
    metadata: { version_sid: versionSid },
  });
}

// Workflows and versions in MongoDB.
//
// A workflow changes by comparing its revision. A version is numbered by a unique index: who loses the race for a number takes the
// next. Version 1 of a new workflow is written before it, and taken away again when the workflow cannot be written.

import { type KeyedQueue, placedRange } from '@hero-logic/platform';
import { insertIfAbsent, isDuplicate } from '@hero-logic/platform/mongo';
import type { AddedVersion, WorkflowFilter, WorkflowStore } from '../domain/ports.ts';
import { fold } from '../domain/search.ts';
import { searchEntryOf } from '../domain/search-entry.ts';
import { numbered, type Version, type VersionDraft } from '../domain/version.ts';
import { placedNameOf, type Workflow, withCurrentVersion } from '../domain/workflow.ts';
import {
  DOC_ONLY,
  parsed,
  type RegistryCollections,
  type VersionDocument,
  type WorkflowDocument,
} from './registry-documents.mongo.ts';
import { createMongoSearchIndex } from './search-index.mongo.ts';

export function createMongoWorkflowStore(collections: RegistryCollections, inTurn: KeyedQueue): WorkflowStore {
  const { workflows, versions, examples } = collections;
  const index = createMongoSearchIndex(workflows);

  const get = async (sid: string) => parsed<Workflow>(await workflows.findOne({ _id: sid }, DOC_ONLY));
  const getByName = async (placed: string) => parsed<Workflow>(await workflows.findOne({ name: placed }, DOC_ONLY));
  const getByRequest = async (requestId: string) =>
    requestId === '' ? undefined : parsed<Workflow>(await workflows.findOne({ requestId }, DOC_ONLY));
  const getBySha = async (workflowSid: string, sha256: string) =>
    parsed<Version>(await versions.findOne({ workflowSid, sha256 }, DOC_ONLY));
  const newest = async (workflowSid: string) =>
    parsed<Version>(await versions.findOne({ workflowSid }, { ...DOC_ONLY, sort: { number: -1 } }));

  /** The document of a workflow, with what can be searched of it. */
  async function documentOf(workflow: Workflow): Promise<WorkflowDocument> {
    const { currentVersionSid } = workflow;
    const current =
      currentVersionSid === ''
        ? null
        : await versions.findOne({ _id: currentVersionSid }, { projection: { doc: 1, outline: 1 } });
    const outline = current === null ? undefined : JSON.parse(current.outline);
    return {
      _id: workflow.sid,
      name: placedNameOf(workflow),
      requestId: workflow.requestId,
      archived: workflow.archived,
      rev: workflow.revision,
      tags: workflow.tags,
      filterText: fold(`${workflow.name}\n${workflow.description}`),
      doc: JSON.stringify(workflow),
      search: JSON.stringify(searchEntryOf(workflow, parsed<Version>(current), outline).texts),
    };
  }

  async function replace(present: Workflow, next: Workflow): Promise<'replaced' | 'changed' | 'name-taken'> {
    const { _id, ...document } = await documentOf(next);
    try {
      const { matchedCount } = await workflows.updateOne({ _id, rev: present.revision }, { $set: document });
      return matchedCount > 0 ? 'replaced' : 'changed';
    } catch (error) {
      if (isDuplicate(error)) return 'name-taken';
      throw error;
    }
  }

  /** The version, and whether it was written now. */
  async function put(draft: VersionDraft): Promise<{ readonly version: Version; readonly written: boolean }> {
    for (;;) {
      const known = await getBySha(draft.workflowSid, draft.sha256);
      if (known !== undefined) return { version: known, written: false };
      const last = await newest(draft.workflowSid);
      const version = numbered(draft, (last?.number ?? 0) + 1);
      if (await insertIfAbsent(versions, versionDocument(version, draft))) return { version, written: true };
    }
  }

  /** Makes it current when it is the first, or when that is asked; the workflow as it is then. */
  async function makeCurrent(version: Version, current: boolean, now: number): Promise<Workflow | undefined> {
    for (;;) {
      const workflow = await get(version.workflowSid);
      if (workflow === undefined) return undefined;
      const next =
        current || workflow.currentVersionSid === '' ? withCurrentVersion(workflow, version.sid, now) : workflow;
      if (next === workflow || (await replace(workflow, next)) === 'replaced') return next;
    }
  }

  async function addVersion(draft: VersionDraft, current: boolean, now: number): Promise<AddedVersion | undefined> {
    if ((await get(draft.workflowSid)) === undefined) return undefined;
    const { version, written } = await put(draft);
    const workflow = await makeCurrent(version, current, now);
    if (workflow !== undefined) return { workflow, version, written };
    await versions.deleteOne({ _id: version.sid });
    return undefined;
  }

  return {
    async create(workflow, draft) {
      const known = await getByRequest(workflow.requestId);
      if (known !== undefined) return { kind: 'repeated', workflow: known };
      if ((await getByName(placedNameOf(workflow))) !== undefined) return { kind: 'name-taken' };
      const version = draft === undefined ? undefined : numbered(draft, 1);
      if (draft !== undefined && version !== undefined) await versions.insertOne(versionDocument(version, draft));
      const created = version === undefined ? workflow : { ...workflow, currentVersionSid: version.sid };
      if (await insertIfAbsent(workflows, await documentOf(created))) return { kind: 'created', workflow: created };
      if (version !== undefined) await versions.deleteOne({ _id: version.sid });
      const repeated = await getByRequest(workflow.requestId);
      return repeated === undefined ? { kind: 'name-taken' } : { kind: 'repeated', workflow: repeated };
    },
    replace,
    async remove(sid) {
      const { deletedCount } = await workflows.deleteOne({ _id: sid });
      await Promise.all([versions.deleteMany({ workflowSid: sid }), examples.deleteMany({ workflowSid: sid })]);
      return deletedCount > 0;
    },
    addVersion: (draft, current, now) => inTurn(draft.workflowSid, () => addVersion(draft, current, now)),
    get,
    getByName,
    getByRequest,
    list: (filter) => listWorkflows(collections, filter),
    getVersion: async (sid) => parsed(await versions.findOne({ _id: sid }, DOC_ONLY)),
    getVersionBySha: getBySha,
    getSource: async (sid) => (await versions.findOne({ _id: sid }, { projection: { source: 1 } }))?.source,
    async listVersions(workflowSid) {
      const found = versions.find({ workflowSid }, DOC_ONLY).sort({ number: -1 });
      return (await found.toArray()).map(({ doc }) => JSON.parse(doc) as Version);
    },
    newestVersion: newest,
    searchable: () => index.entries(),
  };
}

function versionDocument(version: Version, { outline, source }: VersionDraft): VersionDocument {
  const { sid, workflowSid, number, sha256 } = version;
  return {
    ...{ _id: sid, workflowSid, number, sha256, source },
    ...{ doc: JSON.stringify(version), outline: JSON.stringify(outline) },
  };
}

async function listWorkflows({ workflows }: RegistryCollections, filter: WorkflowFilter): Promise<Workflow[]> {
  const { words, tags, limit } = filter;
  const { after, before, without } = placedRange(filter.namespace, filter.afterName);
  const upTo = before === undefined ? {} : { $lt: before };
  const plain = without === undefined ? {} : { $not: new RegExp(without) };
  const holds = words.map((word) => ({ $gte: [{ $indexOfBytes: ['$filterText', { $literal: word }] }, 0] }));
  const found = workflows
    .find(
      {
        name: { $gt: after, ...upTo, ...plain },
        ...(holds.length === 0 ? {} : { $expr: { $and: holds } }),
        ...(tags.length === 0 ? {} : { tags: { $all: [...tags] } }),
      },
      DOC_ONLY,
    )
    .sort({ name: 1 })
    .limit(limit);
  return (await found.toArray()).map(({ doc }) => JSON.parse(doc) as Workflow);
}

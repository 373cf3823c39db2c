// LibraryService: the ranking is the domain's; details are read for the hits alone.

import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { pageSize, principalOf } from '@hero-logic/platform';
import {
  type LibraryHit,
  LibraryHitSchema,
  type LibraryService,
} from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import type { LibrarySearch } from '../domain/library/library-search.ts';
import type { WorkflowStore } from '../domain/ports.ts';
import type { SearchHit } from '../domain/search.ts';
import { fieldToPb } from './workflow.codec.ts';

const LIMIT = { fallback: 10, most: 1000 };

export function createLibraryHandlers(
  store: WorkflowStore,
  libraryOf: (namespace: string | undefined) => LibrarySearch,
): ServiceImpl<typeof LibraryService> {
  return {
    async searchLibrary({ query, limit, detail }, { requestHeader }) {
      const library = libraryOf(principalOf(requestHeader).namespace);
      const hits = await library.search(query, pageSize(limit, LIMIT.fallback, LIMIT.most), detail);
      if (!detail) return { workflowSids: hits.map((hit) => hit.workflowSid) };
      const detailed = await Promise.all(hits.map((hit) => hitToPb(store, hit)));
      return { hits: detailed.filter((hit) => hit !== undefined) };
    },
  };
}

async function hitToPb(store: WorkflowStore, hit: SearchHit): Promise<LibraryHit | undefined> {
  const workflow = await store.get(hit.workflowSid);
  if (workflow === undefined) return undefined;
  const version = await store.getVersion(workflow.currentVersionSid);
  return create(LibraryHitSchema, {
    workflowSid: workflow.sid,
    name: workflow.name,
    description: workflow.description,
    inputs: version?.inputs.map(fieldToPb) ?? [],
    outputs: version?.outputs.map(fieldToPb) ?? [],
    score: hit.score,
    matched: [...hit.matched],
    highlights: hit.highlights.map(({ field, parts }) => ({ field, parts: [...parts] })),
  });
}

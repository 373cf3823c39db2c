// Searches the library as the store knows it now. The index is filled in the background, a few milliseconds at a time; a search waits for it.

import { setImmediate } from 'node:timers/promises';
import type { WorkflowStore } from '../ports.ts';
import type { SearchHit } from '../search.ts';
import { createLibraryIndex } from './library-index.ts';

const SLICE_MS = 8;

export interface LibrarySearch {
  search(query: string, limit: number, detail: boolean): Promise<SearchHit[]>;
  /** Reads what there is, so that the first search need not; until `stop`. */
  prepare(stop: AbortSignal): Promise<void>;
}

export function createLibrarySearch(store: Pick<WorkflowStore, 'searchable'>): LibrarySearch {
  const index = createLibraryIndex();
  let turn: Promise<unknown> = Promise.resolve();

  async function follow(stop?: AbortSignal): Promise<void> {
    let until = performance.now() + SLICE_MS;
    for (const _ of index.follow(await store.searchable())) {
      if (performance.now() < until) continue;
      await setImmediate();
      if (stop?.aborted === true) return;
      until = performance.now() + SLICE_MS;
    }
  }

  function upToDate(stop?: AbortSignal): Promise<void> {
    const next = turn.then(() => follow(stop));
    turn = next.catch(() => undefined);
    return next;
  }

  return {
    prepare: upToDate,
    async search(query, limit, detail) {
      await upToDate();
      const { ranked, explain } = index.find(query, limit);
      return ranked.map(({ entry, score }) => ({
        workflowSid: entry.workflowSid,
        name: entry.name,
        score,
        ...(detail ? explain(entry) : { matched: [], highlights: [] }),
      }));
    },
  };
}

// Searches the library as the store knows it now. The index is filled in the background, a few milliseconds at a time; a search waits for it.

import { setImmediate } from 'node:timers/promises';
import type { WorkflowStore } from '../ports.ts';
import { namespaceOf, type SearchHit } from '../search.ts';
import { fuse } from './fusion.ts';
import { createLibraryIndex, type RankedEntry } from './library-index.ts';
import type { Near, Semantic } from './semantic.ts';

const SLICE_MS = 8;
/** Places that count when words and meaning are put together. */
const FUSED = 100;
const KEPT_SEARCHES = 50;

export interface LibrarySearch {
  search(query: string, limit: number, detail: boolean): Promise<SearchHit[]>;
  /** Reads what there is, so that the first search need not; until `stop`. */
  prepare(stop: AbortSignal): Promise<void>;
}

/** A search per namespace, made when it is first asked for: what is in others counts neither as a hit nor for the ranks. Undefined = over all. */
export function createLibrarySearches(
  store: Pick<WorkflowStore, 'searchable'>,
  semantic: Pick<Semantic, 'near'> | undefined,
): (namespace: string | undefined) => LibrarySearch {
  const made = new Map<string | undefined, LibrarySearch>();
  return (namespace) => {
    const search = made.get(namespace) ?? createLibrarySearch(store, semantic, namespace);
    made.delete(namespace);
    made.set(namespace, search);
    const [oldest] = made.keys();
    if (made.size > KEPT_SEARCHES) made.delete(oldest);
    return search;
  };
}

export function createLibrarySearch(
  store: Pick<WorkflowStore, 'searchable'>,
  semantic: Pick<Semantic, 'near'> | undefined,
  namespace?: string,
): LibrarySearch {
  const index = createLibraryIndex();
  let turn: Promise<unknown> = Promise.resolve();
  const searchable = async () => {
    const all = await store.searchable();
    return namespace === undefined ? all : all.filter((entry) => namespaceOf(entry) === namespace);
  };

  async function follow(stop?: AbortSignal): Promise<void> {
    let until = performance.now() + SLICE_MS;
    for (const _ of index.follow(await searchable())) {
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
      const near = query.trim() === '' ? [] : ((await semantic?.near(query, FUSED, namespace)) ?? []);
      await upToDate();
      const { ranked, explain } = index.find(query, near.length === 0 ? limit : Math.max(limit, FUSED));
      return together(ranked, near, limit).map(({ entry, score }) => {
        const hit = { workflowSid: entry.workflowSid, name: entry.name, score };
        if (!detail) return { ...hit, matched: [], highlights: [] };
        const { matched, highlights } = explain(entry);
        return { ...hit, matched: [...matched, ...meaningOf(entry.workflowSid, near)], highlights };
      });
    },
  };
}

function together(ranked: readonly RankedEntry[], near: readonly Near[], limit: number): readonly RankedEntry[] {
  if (near.length === 0) return ranked;
  return fuse([ranked.map(({ entry }) => entry), near.map(({ entry }) => entry)], limit);
}

function meaningOf(workflowSid: string, near: readonly Near[]): string[] {
  const found = near.find(({ entry }) => entry.workflowSid === workflowSid);
  return found === undefined ? [] : [`meaning: ${found.closeness.toFixed(2)}`];
}

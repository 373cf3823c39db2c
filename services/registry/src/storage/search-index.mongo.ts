// What can be searched, kept in memory. Other processes write too, so each look asks an index which revisions there are (some 60 bytes a
// workflow) and reads what is new: nothing found is ever stale.

import { nameAndNamespace } from '@hero-logic/platform';
import type { Collection } from '@hero-logic/platform/mongo';
import type { SearchEntry } from '../domain/search.ts';
import type { WorkflowDocument } from './registry-documents.mongo.ts';

interface Kept {
  readonly rev: number;
  readonly entry: SearchEntry;
}

const BATCH = 500;

export function createMongoSearchIndex(workflows: Collection<WorkflowDocument>): {
  entries(): Promise<readonly SearchEntry[]>;
} {
  let kept = new Map<string, Kept>();
  let listed: readonly SearchEntry[] = [];

  async function read(sids: readonly string[]): Promise<[string, Kept][]> {
    const found = await workflows
      .find({ _id: { $in: [...sids] } }, { projection: { name: 1, rev: 1, search: 1 } })
      .toArray();
    return found.map(({ _id, name, rev, search }) => [
      _id,
      {
        rev,
        entry: { workflowSid: _id, ...nameAndNamespace(name), texts: JSON.parse(search) as SearchEntry['texts'] },
      },
    ]);
  }

  return {
    async entries() {
      const present = await workflows
        .find({ archived: false }, { projection: { _id: 1, rev: 1 } })
        .hint('searchable')
        .toArray();
      const next = new Map<string, Kept>();
      const changed: string[] = [];
      for (const { _id, rev } of present) {
        const known = kept.get(_id);
        if (known?.rev === rev) next.set(_id, known);
        else changed.push(_id);
      }
      for (let at = 0; at < changed.length; at += BATCH) {
        for (const [sid, one] of await read(changed.slice(at, at + BATCH))) next.set(sid, one);
      }
      if (changed.length > 0 || next.size !== kept.size) listed = [...next.values()].map(({ entry }) => entry);
      kept = next;
      return listed;
    },
  };
}

// What can be searched, in memory beside its column: the file has one writing process, so it is read once, a page at a time, and then follows
// every write after its commit.

import { setImmediate } from 'node:timers/promises';
import { type Database, nameAndNamespace } from '@hero-logic/platform';
import { SEARCH_FIELDS, type SearchEntry } from '../domain/search.ts';
import type { Workflow } from '../domain/workflow.ts';
import { readSearchEntry } from './workflow-rows.sqlite.ts';

const PAGE = 200;

interface SearchRow {
  readonly sid: string;
  readonly name: string;
  readonly doc: string;
  readonly search: string;
}

interface SearchEntries {
  /** The same list, and the same entries in it, until one changes. */
  all(): Promise<readonly SearchEntry[]>;
  put(entry: SearchEntry, archived: boolean): void;
  remove(sid: string): void;
}

export function createSearchEntries(db: Database): SearchEntries {
  const bySid = new Map<string, SearchEntry>();
  let listed: readonly SearchEntry[] | undefined;
  let loaded: Promise<void> | undefined;

  /** A row is read as it is committed, so what is put or removed meanwhile is never older. */
  async function load(): Promise<void> {
    for (let after = ''; ; ) {
      const rows = db.all<SearchRow>(
        'SELECT sid, name, doc, search FROM registry_workflows WHERE archived = 0 AND sid > ? ORDER BY sid LIMIT ?',
        after,
        PAGE,
      );
      for (const row of rows) bySid.set(row.sid, entryOf(db, row));
      listed = undefined;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.sid;
      await setImmediate();
    }
  }

  return {
    async all() {
      loaded ??= load();
      await loaded;
      listed ??= [...bySid.values()];
      return listed;
    },
    put(entry, archived) {
      listed = undefined;
      if (archived) bySid.delete(entry.workflowSid);
      else bySid.set(entry.workflowSid, entry);
    },
    remove(sid) {
      listed = undefined;
      bySid.delete(sid);
    },
  };
}

function entryOf(db: Database, row: SearchRow): SearchEntry {
  const texts = JSON.parse(row.search) as SearchEntry['texts'];
  // Written by a version that kept fewer fields.
  if (SEARCH_FIELDS.some((field) => texts[field] === undefined)) {
    return readSearchEntry(db, JSON.parse(row.doc) as Workflow);
  }
  return { workflowSid: row.sid, ...nameAndNamespace(row.name), texts };
}

// Workflows and versions in SQLite.

import { type Database, type GroupCommit, placedRange, type Sql } from '@hero-logic/platform';
import type { FlowChange, WorkflowFilter, WorkflowStore } from '../domain/ports.ts';
import type { SearchEntry } from '../domain/search.ts';
import type { Version } from '../domain/version.ts';
import { placedNameOf, type Workflow, withCurrentVersion } from '../domain/workflow.ts';
import { putExample } from './example-store.sqlite.ts';
import { type DocRow, parseDoc } from './registry-tables.sqlite.ts';
import { createSearchEntries } from './search-entries.sqlite.ts';
import {
  insertVersion,
  putWorkflow,
  readNewestVersion,
  readVersion,
  readVersionBySha,
  readWorkflow,
  readWorkflowByName,
  readWorkflowByRequest,
} from './workflow-rows.sqlite.ts';

export function createSqliteWorkflowStore(db: Database, commit: GroupCommit): WorkflowStore {
  const index = createSearchEntries(db);
  return {
    async create(workflow, draft) {
      const done = await commit.write((sql) => {
        const repeated = workflow.requestId === '' ? undefined : readWorkflowByRequest(sql, workflow.requestId);
        if (repeated !== undefined) return { outcome: { kind: 'repeated', workflow: repeated } as const };
        if (readWorkflowByName(sql, placedNameOf(workflow)) !== undefined)
          return { outcome: { kind: 'name-taken' } as const };
        const version = draft === undefined ? undefined : insertVersion(sql, draft);
        const created = version === undefined ? workflow : { ...workflow, currentVersionSid: version.sid };
        return { outcome: { kind: 'created', workflow: created } as const, entry: putWorkflow(sql, created) };
      });
      if (done.entry !== undefined) index.put(done.entry, workflow.archived);
      return done.outcome;
    },

    async replace(present, next) {
      const done = await commit.write((sql) => {
        if (readWorkflow(sql, present.sid)?.revision !== present.revision) return 'changed';
        const holder = readWorkflowByName(sql, placedNameOf(next));
        if (holder !== undefined && holder.sid !== next.sid) return 'name-taken';
        return putWorkflow(sql, next);
      });
      if (typeof done === 'string') return done;
      index.put(done, next.archived);
      return 'replaced';
    },

    async remove(sid) {
      const removed = await commit.write((sql) => {
        sql.run('DELETE FROM registry_versions WHERE workflow_sid = ?', sid);
        sql.run('DELETE FROM registry_examples WHERE workflow_sid = ?', sid);
        return sql.run('DELETE FROM registry_workflows WHERE sid = ?', sid).changes > 0;
      });
      index.remove(sid);
      return removed;
    },

    async addVersion(draft, current, now) {
      const done = await commit.write((sql) => {
        const workflow = readWorkflow(sql, draft.workflowSid);
        if (workflow === undefined) return undefined;
        const known = readVersionBySha(sql, workflow.sid, draft.sha256);
        const version = known ?? insertVersion(sql, draft);
        const isCurrent = current || workflow.currentVersionSid === '';
        const next = isCurrent ? withCurrentVersion(workflow, version.sid, now) : workflow;
        const entry = next === workflow ? undefined : putWorkflow(sql, next);
        return { added: { workflow: next, version, written: known === undefined }, entry };
      });
      if (done?.entry !== undefined) index.put(done.entry, done.added.workflow.archived);
      return done?.added;
    },

    async importFlow(change) {
      const entry = await commit.write((sql) => applyImport(sql, change));
      if (entry === undefined) return 'changed';
      index.put(entry, change.next.archived);
      return 'imported';
    },

    get: async (sid) => readWorkflow(db, sid),
    getByName: async (placed) => readWorkflowByName(db, placed),
    getByRequest: async (requestId) => readWorkflowByRequest(db, requestId),
    list: async (filter) => listWorkflows(db, filter),
    getVersion: async (sid) => readVersion(db, sid),
    getVersionBySha: async (workflowSid, sha256) => readVersionBySha(db, workflowSid, sha256),
    getSource: async (sid) =>
      db.get<{ source: string }>('SELECT source FROM registry_versions WHERE sid = ?', sid)?.source,
    listVersions: async (workflowSid) =>
      db
        .all<DocRow>('SELECT doc FROM registry_versions WHERE workflow_sid = ? ORDER BY number DESC', workflowSid)
        .map((row) => JSON.parse(row.doc) as Version),
    newestVersion: async (workflowSid) => readNewestVersion(db, workflowSid),
    searchable: () => index.all(),
  };
}

/** Undefined: somebody was faster. */
function applyImport(
  sql: Sql,
  { present, next, drafts, firstNumber, examples, now }: FlowChange,
): SearchEntry | undefined {
  if (readWorkflowByName(sql, placedNameOf(next))?.revision !== present?.revision) return undefined;
  if ((readNewestVersion(sql, next.sid)?.number ?? 0) !== firstNumber - 1) return undefined;
  for (const draft of drafts) insertVersion(sql, draft);
  for (const { sid, content } of examples) putExample(sql, next.sid, content, sid, now);
  return putWorkflow(sql, next);
}

/** Sorts after every name. */
const LAST = '\u{10ffff}\u{10ffff}';

function listWorkflows(db: Database, filter: WorkflowFilter): Workflow[] {
  const { after, before, without } = placedRange(filter.namespace, filter.afterName);
  const rows = db.all<DocRow>(
    `SELECT doc FROM registry_workflows WHERE name > ?1 AND name < ?5 AND (?6 = '' OR instr(name, ?6) = 0)
       AND NOT EXISTS (SELECT 1 FROM json_each(?2) WHERE instr(filter_text, value) = 0)
       AND NOT EXISTS (SELECT 1 FROM json_each(?3) AS want
                       WHERE want.value NOT IN (SELECT value FROM json_each(doc, '$.tags')))
     ORDER BY name LIMIT ?4`,
    after,
    JSON.stringify(filter.words),
    JSON.stringify(filter.tags),
    filter.limit,
    before ?? LAST,
    without ?? '',
  );
  return rows.flatMap((row) => parseDoc<Workflow>(row) ?? []);
}

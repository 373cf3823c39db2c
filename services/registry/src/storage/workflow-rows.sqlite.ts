// Single statements over workflows and versions, used inside reads and inside writes.

import type { Sql } from '@hero-logic/platform';
import type { Outline } from '../domain/inspection.ts';
import { fold, type SearchEntry } from '../domain/search.ts';
import { searchEntryOf } from '../domain/search-entry.ts';
import { numbered, type Version, type VersionDraft } from '../domain/version.ts';
import { placedNameOf, type Workflow } from '../domain/workflow.ts';
import { type DocRow, parseDoc } from './registry-tables.sqlite.ts';

export function readWorkflow(sql: Sql, sid: string): Workflow | undefined {
  return parseDoc(sql.get<DocRow>('SELECT doc FROM registry_workflows WHERE sid = ?', sid));
}

export function readWorkflowByName(sql: Sql, placed: string): Workflow | undefined {
  return parseDoc(sql.get<DocRow>('SELECT doc FROM registry_workflows WHERE name = ?', placed));
}

export function readWorkflowByRequest(sql: Sql, requestId: string): Workflow | undefined {
  return parseDoc(sql.get<DocRow>('SELECT doc FROM registry_workflows WHERE request_id = ?', requestId));
}

/** Writes a workflow, new or changed, with what can be searched of it. */
export function putWorkflow(sql: Sql, workflow: Workflow): SearchEntry {
  const entry = readSearchEntry(sql, workflow);
  sql.run(
    `INSERT INTO registry_workflows (sid, name, request_id, archived, revision, filter_text, doc, search)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (sid) DO UPDATE SET name = excluded.name, archived = excluded.archived, revision = excluded.revision,
       filter_text = excluded.filter_text, doc = excluded.doc, search = excluded.search`,
    workflow.sid,
    placedNameOf(workflow),
    workflow.requestId === '' ? null : workflow.requestId,
    workflow.archived ? 1 : 0,
    workflow.revision,
    fold(`${workflow.name}\n${workflow.description}`).replaceAll('\0', ' '),
    JSON.stringify(workflow),
    JSON.stringify(entry.texts),
  );
  return entry;
}

export function readSearchEntry(sql: Sql, workflow: Workflow): SearchEntry {
  const sid = workflow.currentVersionSid;
  return searchEntryOf(workflow, readVersion(sql, sid), readOutline(sql, sid));
}

export function readVersion(sql: Sql, sid: string): Version | undefined {
  if (sid === '') return undefined;
  return parseDoc(sql.get<DocRow>('SELECT doc FROM registry_versions WHERE sid = ?', sid));
}

function readOutline(sql: Sql, versionSid: string): Outline | undefined {
  const row = sql.get<{ outline: string }>('SELECT outline FROM registry_versions WHERE sid = ?', versionSid);
  return row === undefined ? undefined : (JSON.parse(row.outline) as Outline);
}

export function readVersionBySha(sql: Sql, workflowSid: string, sha256: string): Version | undefined {
  return parseDoc(
    sql.get<DocRow>('SELECT doc FROM registry_versions WHERE workflow_sid = ? AND sha256 = ?', workflowSid, sha256),
  );
}

export function readNewestVersion(sql: Sql, workflowSid: string): Version | undefined {
  return parseDoc(
    sql.get<DocRow>(
      'SELECT doc FROM registry_versions WHERE workflow_sid = ? ORDER BY number DESC LIMIT 1',
      workflowSid,
    ),
  );
}

export function insertVersion(sql: Sql, draft: VersionDraft): Version {
  const last = sql.get<{ number: number | null }>(
    'SELECT max(number) AS number FROM registry_versions WHERE workflow_sid = ?',
    draft.workflowSid,
  );
  const version = numbered(draft, (last?.number ?? 0) + 1);
  sql.run(
    'INSERT INTO registry_versions (sid, workflow_sid, number, sha256, doc, outline, source) VALUES (?, ?, ?, ?, ?, ?, ?)',
    version.sid,
    version.workflowSid,
    version.number,
    version.sha256,
    JSON.stringify(version),
    JSON.stringify(draft.outline),
    draft.source,
  );
  return version;
}

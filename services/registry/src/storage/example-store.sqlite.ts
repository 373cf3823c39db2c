// Examples in SQLite.

import type { Database, GroupCommit, Sql } from '@hero-logic/platform';
import { type Example, type ExampleContent, upserted } from '../domain/example.ts';
import type { ExampleStore } from '../domain/ports.ts';
import { type DocRow, parseDoc } from './registry-tables.sqlite.ts';
import { readWorkflow } from './workflow-rows.sqlite.ts';

const BY_NAME = 'SELECT doc FROM registry_examples WHERE workflow_sid = ? AND name = ?';

export function createSqliteExampleStore(db: Database, commit: GroupCommit): ExampleStore {
  return {
    upsert: (workflowSid, content, sid, now) =>
      commit.write((sql) => {
        if (readWorkflow(sql, workflowSid) === undefined) return undefined;
        return putExample(sql, workflowSid, content, sid, now);
      }),
    get: async (sid) => parseDoc(db.get<DocRow>('SELECT doc FROM registry_examples WHERE sid = ?', sid)),
    getByName: async (workflowSid, name) => parseDoc(db.get<DocRow>(BY_NAME, workflowSid, name)),
    list: async (workflowSid, afterName, limit) =>
      db
        .all<DocRow>(
          'SELECT doc FROM registry_examples WHERE workflow_sid = ? AND name > ? ORDER BY name LIMIT ?',
          workflowSid,
          afterName,
          limit,
        )
        .map((row) => JSON.parse(row.doc) as Example),
    remove: (sid) => commit.write((sql) => sql.run('DELETE FROM registry_examples WHERE sid = ?', sid).changes > 0),
  };
}

/** Creates or replaces, by workflow and name. */
export function putExample(sql: Sql, workflowSid: string, content: ExampleContent, sid: string, now: number): Example {
  const present = parseDoc<Example>(sql.get<DocRow>(BY_NAME, workflowSid, content.name));
  const example = upserted(present, content, { sid, workflowSid, now });
  if (example !== present) {
    sql.run(
      `INSERT INTO registry_examples (sid, workflow_sid, name, doc) VALUES (?, ?, ?, ?)
       ON CONFLICT (sid) DO UPDATE SET doc = excluded.doc`,
      example.sid,
      workflowSid,
      example.name,
      JSON.stringify(example),
    );
  }
  return example;
}

// A local run on its SQLite file.

import { closeSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { startLocalRun } from '@hero-logic/cli/testing';
import { type Copy, copiesOf, type Templates } from './million-copies.ts';
import type { Deployment } from './million-deployment.ts';

type Row = Record<string, string | number | null>;

/** Tables that name their play as `play_sid`. */
const PARTS = ['play_texts', 'play_pauses', 'spans', 'span_logs', 'step_outputs'];
/** Taken by position; SQLite gives a new one. */
const NOT_COPIED = ['position'];

/** Of plays alone; as play-search.schema.ts was before its second step. */
const BEFORE_NAMESPACES = `
  PRAGMA synchronous = OFF;
  DROP INDEX plays_by_namespace;
  ALTER TABLE plays DROP COLUMN namespace;
  UPDATE schema_version SET version = 1 WHERE service = 'play_search';
`;

export async function createSqliteDeployment(): Promise<Deployment> {
  const run = await startLocalRun({ env: { HERO_LOGIC_SLOTS: '4' } });
  const file = join(run.root, 'var', 'hero_logic', 'hero_logic.sqlite');
  const inFile = <T>(work: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(file);
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  return {
    rpc: (method, params) => run.rpc(method, params),
    stop: async () => void (await run.stop()),
    restart: run.restart,
    fill: async (templates, counts) => {
      inFile((db) => fill(db, templates, counts));
      syncFile(file); // else the first plays wait for all of it
    },
    keep: async (workflowSid, maxPlays) =>
      inFile((db) => {
        const insert = db.prepare('INSERT INTO retention_rules (workflow_sid, doc) VALUES (?, ?)');
        insert.run(workflowSid, JSON.stringify({ maxPlays }));
      }),
    removed: async () =>
      inFile((db) => {
        const notes = 'SELECT COUNT(*) AS n, COALESCE(MAX(removed_at), 0) AS last FROM play_removals';
        return db.prepare(notes).get() as { n: number; last: number };
      }),
    age: async () => inFile((db) => db.exec(BEFORE_NAMESPACES)),
    remove: run.remove,
  };
}

function syncFile(file: string): void {
  const fd = openSync(file, 'r+');
  fsyncSync(fd);
  closeSync(fd);
}

function fill(
  db: DatabaseSync,
  templates: Templates,
  counts: { readonly ended: number; readonly waiting: number },
): void {
  db.exec(
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY',
  );
  // Made at the end, all rows at once.
  const indexes = db
    .prepare(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('plays', 'play_pauses', 'spans', 'span_logs', 'step_outputs')",
    )
    .all() as unknown as { name: string; sql: string }[];
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`);
  const ended = createCopier(db, templates.endedSid);
  const waiting = createCopier(db, templates.waitingSid);
  for (const copies of copiesOf(templates, { ended: ended.doc, waiting: waiting.doc }, counts)) {
    db.exec('BEGIN');
    for (const copy of copies) (copy.completedAt === undefined ? waiting : ended).write(copy);
    db.exec('COMMIT');
  }
  for (const { sql } of indexes) db.exec(sql);
  db.exec('PRAGMA journal_mode = WAL');
}

interface Copier {
  readonly doc: string;
  write(copy: Copy): void;
}

function createCopier(db: DatabaseSync, sid: string): Copier {
  const play = db.prepare('SELECT * FROM plays WHERE sid = ?').get(sid) as Row;
  const insertPlay = insertInto(db, 'plays', play);
  const label = db.prepare('INSERT INTO play_labels (label, sid) VALUES (?, ?)');
  const parts = PARTS.flatMap((table) =>
    (db.prepare(`SELECT * FROM ${table} WHERE play_sid = ?`).all(sid) as Row[]).map((row) =>
      insertInto(db, table, row),
    ),
  );
  return {
    doc: play.doc as string,
    write(copy) {
      insertPlay({
        sid: copy.sid,
        workflow_sid: copy.workflow.sid,
        version_sid: copy.workflow.versionSid,
        status: copy.status,
        names: `${copy.name}\n${copy.workflow.name}`,
        started_at: copy.startedAt,
        ended_at: copy.completedAt ?? null,
        grouped: 1,
        doc: copy.doc,
      });
      label.run(JSON.stringify(['customer', copy.tags.customer]), copy.sid);
      for (const part of parts) part({ play_sid: copy.sid });
    },
  };
}

function insertInto(db: DatabaseSync, table: string, template: Row): (changes: Row) => void {
  const columns = Object.keys(template).filter((column) => !NOT_COPIED.includes(column));
  const insert: StatementSync = db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  return (changes) => void insert.run(...columns.map((column) => changes[column] ?? template[column] ?? null));
}

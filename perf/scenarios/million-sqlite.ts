// Copies two real plays, with all that belongs to them, many times into the file of a local run that is stopped.

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { firstSidAt } from '@hero-logic/platform';

export interface Templates {
  readonly workflows: readonly { readonly sid: string; readonly name: string; readonly versionSid: string }[];
  readonly endedSid: string;
  readonly waitingSid: string;
}

type Row = Record<string, string | number | null>;

const DAYS = 30;
const CUSTOMERS = 1000;
const AT_ONCE = 20_000;
/** Tables that name their play as `play_sid`. */
const PARTS = ['play_texts', 'play_pauses', 'spans', 'span_logs', 'step_outputs'];
/** Taken by position; SQLite gives a new one. */
const NOT_COPIED = ['position'];

export function fillStore(
  file: string,
  templates: Templates,
  counts: { readonly ended: number; readonly waiting: number },
): void {
  const db = new DatabaseSync(file);
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
  const total = counts.ended + counts.waiting;
  const every = Math.floor(total / counts.waiting);
  const begin = Date.now() - DAYS * 86_400_000;
  const step = (DAYS * 86_400_000 - 3_600_000) / total;
  for (let from = 0; from < total; from += AT_ONCE) {
    db.exec('BEGIN');
    for (let i = from; i < Math.min(total, from + AT_ONCE); i++) {
      const workflow = templates.workflows[i % templates.workflows.length] as Templates['workflows'][number];
      (i % every === 0 ? waiting : ended)(i, Math.floor(begin + i * step), workflow);
    }
    db.exec('COMMIT');
  }
  for (const { sql } of indexes) db.exec(sql);
  db.exec('PRAGMA journal_mode = WAL');
  db.close();
}

type Copy = (i: number, at: number, workflow: Templates['workflows'][number]) => void;

function createCopier(db: DatabaseSync, sid: string): Copy {
  const play = db.prepare('SELECT * FROM plays WHERE sid = ?').get(sid) as Row;
  const doc = JSON.parse(play.doc as string) as Record<string, unknown>;
  const insertPlay = insertInto(db, 'plays', play);
  const label = db.prepare('INSERT INTO play_labels (label, sid) VALUES (?, ?)');
  const parts = PARTS.flatMap((table) =>
    (db.prepare(`SELECT * FROM ${table} WHERE play_sid = ?`).all(sid) as Row[]).map((row) =>
      insertInto(db, table, row),
    ),
  );
  return (i, at, workflow) => {
    const copy = `${firstSidAt(at).slice(0, 10)}${i
      .toString(32)
      .padStart(16, '0')
      .replace(/[ilou]/g, 'z')}`;
    const status = play.status === 'success' ? statusOf(i) : (play.status as string);
    const name = `order ${i}`;
    const tags = { customer: `c${i % CUSTOMERS}` };
    const times = {
      createdAt: at,
      startedAt: at + 5,
      ...(doc.completedAt === undefined ? {} : { completedAt: at + 40 }),
    };
    const whose = { workflowSid: workflow.sid, workflowName: workflow.name, versionSid: workflow.versionSid };
    insertPlay({
      sid: copy,
      workflow_sid: workflow.sid,
      version_sid: workflow.versionSid,
      status,
      names: `${name}\n${workflow.name}`,
      started_at: at + 5,
      ended_at: doc.completedAt === undefined ? null : at + 40,
      grouped: 1,
      doc: JSON.stringify({ ...doc, ...times, ...whose, sid: copy, rootPlaySid: copy, name, tags, status }),
    });
    label.run(JSON.stringify(['customer', tags.customer]), copy);
    for (const part of parts) part({ play_sid: copy });
  };
}

/** One in twenty did not end well. */
function statusOf(i: number): string {
  return i % 50 === 1 ? 'failed' : i % 100 === 3 ? 'cancelled' : i % 100 === 7 ? 'timed_out' : 'success';
}

function insertInto(db: DatabaseSync, table: string, template: Row): (changes: Row) => void {
  const columns = Object.keys(template).filter((column) => !NOT_COPIED.includes(column));
  const insert: StatementSync = db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  return (changes) => void insert.run(...columns.map((column) => changes[column] ?? template[column] ?? null));
}

// What it takes at the least to keep the same lines: one process reads them as JSON and writes a row for each span, a thousand lines a transaction.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { playLines } from './lines.ts';

const LINES_AT_ONCE = 1000;

interface Line {
  readonly event: string;
  readonly span_id: string;
  readonly parent_id: string;
  readonly name: string;
  readonly at_ms: number;
  readonly status: string;
  readonly input: string;
  readonly output: string;
}

/** Microseconds of processor time for a span. */
export function ingestFloorUs(folder: string, spans: number, isRecorded: boolean): number {
  const text = playLines(spans, isRecorded).bytes.toString();
  const db = new DatabaseSync(join(folder, 'floor.sqlite'));
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; DROP TABLE IF EXISTS s; DROP TABLE IF EXISTS o');
    db.exec(
      'CREATE TABLE s (id TEXT PRIMARY KEY, parent TEXT, name TEXT, a INTEGER, b INTEGER, status TEXT, i TEXT, o TEXT)',
    );
    db.exec('CREATE TABLE o (key TEXT PRIMARY KEY, output TEXT)');
    const span = db.prepare('INSERT INTO s VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    const output = db.prepare('INSERT INTO o VALUES (?, ?)');
    const before = process.cpuUsage();
    const open = new Map<string, Line>();
    db.exec('BEGIN');
    text.split('\n').forEach((line, at) => {
      if (line === '') return;
      const event = JSON.parse(line) as Line & { step_key: string };
      if (event.event === 'span_start') open.set(event.span_id, event);
      if (event.event === 'step_output') output.run(event.step_key, event.output);
      const begun = event.event === 'span_end' ? open.get(event.span_id) : undefined;
      if (begun !== undefined) {
        const { span_id: id, parent_id: parent, name, at_ms, input } = begun;
        span.run(id, parent, name, at_ms, event.at_ms, event.status, input, event.output);
      }
      if (at % LINES_AT_ONCE === 0) db.exec('COMMIT; BEGIN');
    });
    db.exec('COMMIT');
    const { user, system } = process.cpuUsage(before);
    return (user + system) / spans;
  } finally {
    db.close();
  }
}

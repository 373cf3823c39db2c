// The stores of the executor in SQLite: one group-committed transaction per batch.

import type { Database, GroupCommit, Sql } from '@hero-logic/platform';
import type { PlayBatch, Stores } from '../domain/ports.ts';
import { needsAttention } from '../domain/span.ts';
import type { SpanRecord } from '../domain/span-tree.ts';
import { migrateExecutor } from './schema.sqlite.ts';
import { createSqliteSpanStore } from './span-store.sqlite.ts';
import { createSqliteStepStore } from './step-store.sqlite.ts';

export function createSqliteStores(options: { readonly db: Database; readonly commit: GroupCommit }): Stores {
  const { db, commit } = options;
  migrateExecutor(db);
  return {
    spans: createSqliteSpanStore(db),
    steps: createSqliteStepStore(db),
    writeBatch: (build) => commit.write((sql) => writeAll(sql, build())),
  };
}

function writeAll(sql: Sql, batch: PlayBatch): void {
  const { playSid } = batch;
  for (const step of batch.steps) {
    const { stepKey, spanId, name, within, versionSid, spansBefore, optional, output } = step;
    sql.run(INSERT_STEP, playSid, stepKey, spanId, name, within, versionSid, spansBefore, optional ? 1 : 0, output);
  }
  for (const record of batch.spans) writeSpan(sql, playSid, record);
  for (const line of batch.logs) {
    sql.run(INSERT_LOG, playSid, line.seq, line.spanId, line.atMs, line.stream, line.text);
  }
}

function writeSpan(sql: Sql, playSid: string, record: SpanRecord): void {
  const { span, seq, input, output } = record;
  const doc = JSON.stringify(span);
  const attention = needsAttention(span.status) ? 1 : 0;
  const { changes } =
    input === undefined && output === undefined
      ? sql.run(UPDATE_SKELETON, seq, attention, doc, playSid, span.spanId)
      : sql.run(UPDATE_SPAN, seq, attention, doc, input ?? null, output ?? null, playSid, span.spanId);
  if (changes > 0) return;
  const { order } = record;
  sql.run(INSERT_SPAN, playSid, span.spanId, order, seq, span.parentId, attention, doc, input ?? '', output ?? '');
}

const INSERT_STEP = `INSERT INTO step_outputs
  (play_sid, step_key, span_id, name, within, version_sid, spans_before, optional, output)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (play_sid, step_key) DO NOTHING`;

const UPDATE_SKELETON = 'UPDATE spans SET seq = ?, attention = ?, doc = ? WHERE play_sid = ? AND span_id = ?';

const UPDATE_SPAN = `UPDATE spans SET seq = ?, attention = ?, doc = ?, input = COALESCE(?, input), output = COALESCE(?, output)
  WHERE play_sid = ? AND span_id = ?`;

const INSERT_SPAN = `INSERT INTO spans (play_sid, span_id, ord, seq, parent_id, attention, doc, input, output)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const INSERT_LOG =
  'INSERT INTO span_logs (play_sid, seq, span_id, at_ms, stream, text) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';

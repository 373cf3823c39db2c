// Rows of plays in their tables: of a span the highest seq stands (what is given last, among equals), a step output that is there stays.

import type { Sql } from '@hero-logic/platform';
import type { LogLine } from '../domain/play-log.ts';
import type { StepOutput } from '../domain/ports.ts';
import type { ReplayedSpans } from '../domain/span-tree.ts';

/** A span as it is written. An absent input or output stays as it is. */
export interface SpanRow {
  readonly spanId: string;
  readonly parentId: string;
  readonly order: number;
  readonly seq: number;
  readonly attention: boolean;
  /** The skeleton, JSON text. */
  readonly doc: string;
  readonly input: string | undefined;
  readonly output: string | undefined;
}

export interface PlayRows {
  readonly spans: Iterable<SpanRow>;
  /** After the spans. */
  readonly replayed: readonly ReplayedSpans[];
  readonly steps: readonly StepOutput[];
  readonly logs: readonly LogLine[];
}

export function writeRows(sql: Sql, playSid: string, { spans, replayed, steps, logs }: PlayRows): void {
  for (const step of steps) {
    const { stepKey, spanId, name, within, versionSid, spansBefore, optional, output } = step;
    sql.run(INSERT_STEP, playSid, stepKey, spanId, name, within, versionSid, spansBefore, optional ? 1 : 0, output);
  }
  for (const span of spans) writeSpan(sql, playSid, span);
  for (const { from, to, seq } of replayed) sql.run(REPLAY_SPANS, playSid, from, to, seq);
  for (const line of logs) {
    sql.run(INSERT_LOG, playSid, line.seq, line.spanId, line.atMs, line.stream, line.text);
  }
}

function writeSpan(sql: Sql, playSid: string, row: SpanRow): void {
  const { spanId, order, seq, parentId, doc, input = null, output = null } = row;
  sql.run(WRITE_SPAN, playSid, spanId, order, seq, parentId, row.attention ? 1 : 0, doc, input, output);
}

const INSERT_STEP = `INSERT INTO step_outputs
  (play_sid, step_key, span_id, name, within, version_sid, spans_before, optional, output)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (play_sid, step_key) DO NOTHING`;

const WRITE_SPAN = `INSERT INTO spans (play_sid, span_id, ord, seq, parent_id, attention, doc, input, output)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, COALESCE(?8, ''), COALESCE(?9, ''))
  ON CONFLICT (play_sid, span_id) DO UPDATE SET seq = ?4, attention = ?6, doc = ?7, again = 0,
    input = COALESCE(?8, input), output = COALESCE(?9, output) WHERE ?4 >= seq`;

const REPLAY_SPANS = `UPDATE spans SET seq = ?4 + ord - ?2, again = again + 1
  WHERE play_sid = ?1 AND ord BETWEEN ?2 AND ?3 AND seq < ?4 + ord - ?2`;

const INSERT_LOG =
  'INSERT INTO span_logs (play_sid, seq, span_id, at_ms, stream, text) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';

// Rows of the journal: a batch of one play as one text, and back.

import type { Sql } from '@hero-logic/platform';
import type { LogLine } from '../domain/play-log.ts';
import type { PlayBatch, StepOutput } from '../domain/ports.ts';
import { needsAttention } from '../domain/span.ts';
import type { ReplayedSpans, SpanRecord } from '../domain/span-tree.ts';
import type { SpanRow } from './play-tables.sqlite.ts';

export interface JournalRow {
  readonly id: number;
  readonly playSid: string;
  readonly spans: readonly SpanRow[];
  readonly replayed: readonly ReplayedSpans[];
  readonly steps: readonly StepOutput[];
  readonly logs: readonly LogLine[];
}

export function appendRow(sql: Sql, { id, playSid, spans, replayed, steps, logs }: JournalRow): void {
  const ranges = replayed.length === 0 ? '' : `"replayed":${JSON.stringify(replayed)},`;
  const text = `{${ranges}"spans":[${spans.map(rowText).join(',')}],"steps":${JSON.stringify(steps)},"logs":${JSON.stringify(logs)}}`;
  sql.run(APPEND, id, playSid, text);
}

/** All rows of a play, in order. They are looked for among all that wait: few, and rarely asked. */
export function rowsOfPlay(sql: Sql, playSid: string): JournalRow[] {
  return sql.all<StoredRow>(OF_PLAY, playSid).map(readRow);
}

/** The oldest rows, of any play. */
export function firstRows(sql: Sql, limit: number): JournalRow[] {
  return sql.all<StoredRow>(FIRST, limit).map(readRow);
}

/** In runs of neighbours: what is moved together was mostly written together. */
export function deleteRows(sql: Sql, ids: readonly number[]): void {
  const sorted = [...ids].sort((a, b) => a - b);
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    const first = sorted[from] as number;
    for (to = from + 1; sorted[to] === first + to - from; ) to++;
    sql.run(DELETE, first, sorted[to - 1] as number);
  }
}

export function spanRow({ span, order, seq, input, output }: SpanRecord): SpanRow {
  const { spanId, parentId, status } = span;
  return { spanId, parentId, order, seq, attention: needsAttention(status), doc: JSON.stringify(span), input, output };
}

interface StoredRow {
  readonly id: number;
  readonly play_sid: string;
  readonly batch: string;
}

function readRow({ id, play_sid: playSid, batch }: StoredRow): JournalRow {
  const { spans, replayed = [], steps, logs } = JSON.parse(batch) as Omit<PlayBatch, 'playSid'>;
  return { id, playSid, spans: spans.map(spanRow), replayed, steps, logs };
}

function rowText({ order, seq, doc, input, output }: SpanRow): string {
  const texts = `${input === undefined ? '' : `,"input":${JSON.stringify(input)}`}${output === undefined ? '' : `,"output":${JSON.stringify(output)}`}`;
  return `{"order":${order},"seq":${seq},"span":${doc}${texts}}`;
}

const APPEND = 'INSERT INTO play_journal (id, play_sid, batch) VALUES (?, ?, ?)';
const DELETE = 'DELETE FROM play_journal WHERE id BETWEEN ? AND ?';
const OF_PLAY = 'SELECT id, play_sid, batch FROM play_journal WHERE play_sid = ? ORDER BY id';
const FIRST = 'SELECT id, play_sid, batch FROM play_journal ORDER BY id LIMIT ?';

/**
 * What plays do is made durable as one row a batch, and moved into its tables a moment later.
 *
 * A commit costs by the pages that it touches: the tables of spans and steps with their indexes are ten of them for a single
 * step, the end of the journal is one (perf/README.md). Moving a batch later also merges what happened to a span meanwhile.
 *
 * - A row of the journal is durable before `append` resolves; nothing reads a play before its rows are moved (`settle`).
 * - Rows that a crash left behind are moved when the store is opened.
 * - Moving is idempotent: a step output that is there stays, a span becomes what its last row says.
 */

import type { Database, GroupCommit, Sql } from '@hero-logic/platform';
import type { LogLine } from '../domain/play-log.ts';
import type { PlayBatch, StepOutput } from '../domain/ports.ts';
import { needsAttention } from '../domain/span.ts';
import type { SpanRecord } from '../domain/span-tree.ts';
import { type SpanRow, writeRows } from './play-tables.sqlite.ts';

export interface Journal {
  append(build: () => PlayBatch): Promise<void>;
  /** Resolves when what was appended for the play so far is in its tables. */
  settle(playSid: string): Promise<void>;
}

/** What waits to be moved, of one play. */
interface Waiting {
  readonly ids: number[];
  readonly spans: Map<string, SpanRow>;
  readonly steps: StepOutput[];
  readonly logs: LogLine[];
}

interface Entry {
  readonly id: number;
  readonly playSid: string;
  readonly spans: readonly SpanRow[];
  readonly steps: readonly StepOutput[];
  readonly logs: readonly LogLine[];
}

const MOVE_AFTER_MS = 100;
/** Rows of the journal that are moved in one turn of the event loop. */
const ROWS_PER_TURN = 200;
/** A larger batch goes straight into its tables: it would only be written twice. */
const LARGE_CHARS = 64 * 1024;

export function createJournal(options: { readonly db: Database; readonly commit: GroupCommit }): Journal {
  const { db, commit } = options;
  const waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  recover(db);

  function remember({ id, playSid, spans, steps, logs }: Entry): void {
    let play = waiting.get(playSid);
    if (play === undefined) {
      play = { ids: [], spans: new Map(), steps: [], logs: [] };
      waiting.set(playSid, play);
    }
    play.ids.push(id);
    for (const span of spans) play.spans.set(span.spanId, merged(play.spans.get(span.spanId), span));
    play.steps.push(...steps);
    play.logs.push(...logs);
    moveSoon();
  }

  function moveSoon(delayMs = MOVE_AFTER_MS): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      moveSome().catch(() => moveSoon(MOVE_AFTER_MS * 10)); // whoever reads meanwhile hears of it
    }, delayMs).unref();
  }

  async function moveSome(): Promise<void> {
    const plays: string[] = [];
    let rows = 0;
    for (const [playSid, { ids }] of waiting) {
      if (rows >= ROWS_PER_TURN) break;
      plays.push(playSid);
      rows += ids.length;
    }
    await Promise.all(plays.map(settle));
    if (waiting.size > 0) moveSoon(0);
  }

  async function settle(playSid: string): Promise<void> {
    if (!waiting.has(playSid)) return;
    let moved: Waiting | undefined;
    await commit
      .write((sql) => {
        moved = waiting.get(playSid);
        if (moved === undefined) return;
        move(sql, playSid, moved);
        // Nothing is appended between here and the commit: works of one transaction run in one turn.
        waiting.delete(playSid);
      })
      .catch((error: unknown) => {
        if (moved !== undefined) putBack(playSid, moved);
        throw error;
      });
  }

  function putBack(playSid: string, moved: Waiting): void {
    const since = waiting.get(playSid);
    waiting.set(playSid, moved);
    if (since === undefined) return;
    moved.ids.push(...since.ids);
    for (const [spanId, span] of since.spans) moved.spans.set(spanId, merged(moved.spans.get(spanId), span));
    moved.steps.push(...since.steps);
    moved.logs.push(...since.logs);
  }

  /** In a transaction: a row of the journal, or (large) the tables. Gives what is to be done once it is durable. */
  function write(sql: Sql, { playSid, spans, steps, logs }: PlayBatch): () => void {
    const rows = spans.map(spanRow);
    if (sizeOf(rows, steps, logs) <= LARGE_CHARS) {
      const text = `{"spans":[${rows.map(rowText).join(',')}],"steps":${JSON.stringify(steps)},"logs":${JSON.stringify(logs)}}`;
      const { id } = sql.get<{ id: number }>(APPEND, playSid, text) as { id: number };
      return () => remember({ id, playSid, spans: rows, steps, logs });
    }
    const before = waiting.get(playSid);
    if (before !== undefined) move(sql, playSid, before);
    writeRows(sql, playSid, { spans: rows, steps, logs });
    return () => {
      if (waiting.get(playSid) === before) waiting.delete(playSid);
    };
  }

  return {
    async append(build) {
      const onDurable = await commit.write((sql) => write(sql, build()));
      onDurable();
    },
    settle,
  };
}

function move(sql: Sql, playSid: string, { ids, spans, steps, logs }: Waiting): void {
  writeRows(sql, playSid, { spans: spans.values(), steps, logs });
  for (const id of ids) sql.run('DELETE FROM play_journal WHERE id = ?', id);
}

/** About how many characters there are to write. */
function sizeOf(rows: readonly SpanRow[], steps: readonly StepOutput[], logs: readonly LogLine[]): number {
  const spans = rows.reduce((sum, r) => sum + r.doc.length + (r.input?.length ?? 0) + (r.output?.length ?? 0), 0);
  const outputs = steps.reduce((sum, s) => sum + s.output.length, 0);
  return logs.reduce((sum, l) => sum + l.text.length, spans + outputs);
}

/** The later row; a text that it does not carry stays. */
function merged(earlier: SpanRow | undefined, later: SpanRow): SpanRow {
  if (earlier === undefined) return later;
  return { ...later, input: later.input ?? earlier.input, output: later.output ?? earlier.output };
}

function spanRow({ span, order, seq, input, output }: SpanRecord): SpanRow {
  const { spanId, parentId, status } = span;
  return { spanId, parentId, order, seq, attention: needsAttention(status), doc: JSON.stringify(span), input, output };
}

function rowText({ order, seq, doc, input, output }: SpanRow): string {
  const texts = `${input === undefined ? '' : `,"input":${JSON.stringify(input)}`}${output === undefined ? '' : `,"output":${JSON.stringify(output)}`}`;
  return `{"order":${order},"seq":${seq},"span":${doc}${texts}}`;
}

/** Moves what the process before has left. */
function recover(db: Database): void {
  for (;;) {
    const rows = db.all<{ id: number; play_sid: string; batch: string }>(
      'SELECT id, play_sid, batch FROM play_journal ORDER BY id LIMIT ?',
      ROWS_PER_TURN,
    );
    if (rows.length === 0) return;
    db.exec('BEGIN IMMEDIATE');
    for (const { id, play_sid: playSid, batch } of rows) {
      const { spans, steps, logs } = JSON.parse(batch) as Omit<PlayBatch, 'playSid'>;
      writeRows(db, playSid, { spans: spans.map(spanRow), steps, logs });
      db.run('DELETE FROM play_journal WHERE id = ?', id);
    }
    db.exec('COMMIT');
  }
}

const APPEND = 'INSERT INTO play_journal (play_sid, batch) VALUES (?, ?) RETURNING id';

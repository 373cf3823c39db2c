/**
 * What plays do is made durable as one row a batch, and moved into its tables a moment later.
 *
 * A commit costs by the pages that it touches: the tables of spans and steps with their indexes are ten of them for a single
 * step, the end of the journal is one (perf/README.md). Moving a batch later also merges what happened to a span meanwhile.
 *
 * - A row of the journal is durable before `append` resolves; nothing reads a play before its rows are moved (`settle`).
 * - What is moved is deleted a little later, many rows together. Rows that a crash left behind are moved (again) when the store is
 *   opened.
 * - Moving is idempotent: a step output that is there stays, a span never goes back to what it was before (its `seq`).
 * - A commit that failed may have been made all the same. What is in memory of its plays is not believed any more: the next
 *   move reads their rows from the table, and takes away exactly those that it has read.
 */

import { type Database, type GroupCommit, isDiskFull, type Sql } from '@hero-logic/platform';
import type { PlayBatch } from '../domain/ports.ts';
import { appendRow, deleteRows, firstRows, type JournalRow, rowsOfPlay, spanRow } from './journal-rows.sqlite.ts';
import { gather, inTurns, nothing, type Waiting } from './journal-waiting.ts';
import { writeRows } from './play-tables.sqlite.ts';

export interface Journal {
  append(build: () => PlayBatch): Promise<void>;
  /** Resolves when what was appended for the play so far is in its tables. */
  settle(playSid: string): Promise<void>;
}

interface Appending extends PromiseWithResolvers<void> {
  readonly build: () => PlayBatch;
  /** Once it is built. */
  playSid?: string;
  onDurable?: (() => void) | undefined;
  error?: unknown;
}

/** The longer, the more rows of a play share the pages of its indexes: of 32 busy plays a step writes 1.2 pages with 200 ms, 0.4 with 1,000. */
const MOVE_AFTER_MS = 1000;
/** Where a commit failed. */
const AGAIN_AFTER_MS = 2000;
/** So many, or so many characters, are moved without waiting longer: until then they are in memory. */
const ROWS_AT_ONCE = 10_000;
const CHARS_AT_ONCE = 16 * 1024 * 1024;
/** Rows of the journal that are moved in one turn of the event loop, one play at least. */
const ROWS_PER_TURN = 100;
/** A larger batch goes straight into its tables: it would only be written twice. */
const LARGE_CHARS = 64 * 1024;

export function createJournal(options: { readonly db: Database; readonly commit: GroupCommit }): Journal {
  const { db, commit } = options;
  const waiting = new Map<string, Waiting>();
  /** Plays of which a commit failed: what waits of them is what the table says. */
  const doubtful = new Set<string>();
  /** Asked for and not yet in a transaction. */
  let queue: Appending[] = [];
  /** Of the rows. It is never given out twice, also where its row is gone: a late delete must not meet another row. */
  let lastId = 0;
  /** At most: plays that were read have been moved already. */
  let rowsWaiting = 0;
  let charsWaiting = 0;
  /** Rows that have been moved and could not be deleted. */
  const leftovers: number[] = [];
  let isMoving = false;
  let timer: NodeJS.Timeout | undefined;
  /** The timer does not wait. */
  let isFull = false;
  recover(db);

  function remember(row: JournalRow, chars: number): void {
    let play = waiting.get(row.playSid);
    if (play === undefined) {
      play = nothing();
      waiting.set(row.playSid, play);
    }
    gather(play, row);
    rowsWaiting += 1;
    charsWaiting += chars;
    moveSoon(rowsWaiting >= ROWS_AT_ONCE || charsWaiting >= CHARS_AT_ONCE ? 0 : MOVE_AFTER_MS);
  }

  function doubt(playSid: string): void {
    doubtful.add(playSid);
    moveSoon(AGAIN_AFTER_MS);
  }

  function moveSoon(delayMs = MOVE_AFTER_MS): void {
    if (timer !== undefined && (delayMs > 0 || isFull)) return;
    clearTimeout(timer);
    isFull = delayMs === 0;
    timer = setTimeout(() => {
      timer = undefined;
      isFull = false;
      void moveAll();
    }, delayMs).unref();
  }

  /** Play after play, whose rows share pages; the rows of the journal go last, all together. */
  async function moveAll(): Promise<void> {
    if (isMoving) return;
    isMoving = true;
    rowsWaiting = 0;
    charsWaiting = 0;
    const moved: number[] = [];
    const rowsOf = (playSid: string) => waiting.get(playSid)?.ids.length ?? 0;
    for (const plays of inTurns([...doubtful, ...waiting.keys()], rowsOf, ROWS_PER_TURN)) {
      // A play that cannot be moved keeps no other waiting; whoever reads it hears what is wrong.
      const alone = () => Promise.allSettled(plays.map((playSid) => moveTogether([playSid], moved)));
      await moveTogether(plays, moved).catch(alone);
    }
    leftovers.push(...moved);
    const gone = leftovers.splice(0);
    await commit.write((sql) => deleteRows(sql, gone)).catch(() => void leftovers.push(...gone));
    isMoving = false;
    if (waiting.size > 0 || doubtful.size > 0) moveSoon();
  }

  /** `moved` takes the rows of the journal that are to go; without it they go at once. */
  async function moveTogether(plays: readonly string[], moved?: number[]): Promise<void> {
    let rows: readonly number[] = [];
    try {
      await commit.write((sql) => {
        rows = plays.flatMap((playSid) => moveWaiting(sql, playSid));
        if (moved === undefined) deleteRows(sql, rows);
      });
      moved?.push(...rows);
    } catch (error) {
      for (const playSid of plays) doubt(playSid); // before anybody else hears of the failure and looks
      throw error;
    }
  }

  /** In a transaction. Gives the rows of the journal that are to go. Nothing is appended between here and the commit. */
  function moveWaiting(sql: Sql, playSid: string): readonly number[] {
    const play = doubtful.has(playSid) ? stored(sql, playSid) : waiting.get(playSid);
    waiting.delete(playSid);
    doubtful.delete(playSid);
    if (play === undefined) return [];
    const { ids, spans, replayed, steps, logs } = play;
    writeRows(sql, playSid, { spans: spans.values(), replayed, steps, logs });
    return ids;
  }

  async function settle(playSid: string): Promise<void> {
    if (waiting.has(playSid) || doubtful.has(playSid)) await moveTogether([playSid]);
  }

  function append(build: () => PlayBatch): Promise<void> {
    const one = { build, ...Promise.withResolvers<void>() };
    queue.push(one);
    if (queue.length === 1) void appendQueued();
    return one.promise;
  }

  /** What plays append at one time is one work: a crowd does not pay for a savepoint each. */
  async function appendQueued(): Promise<void> {
    let taken: Appending[] = [];
    const takeAll = () => {
      taken = queue;
      queue = [];
    };
    try {
      await commit.write(
        (sql) => {
          takeAll();
          for (const one of taken) appendOne(sql, one);
        },
        () => taken.length,
      );
    } catch (error) {
      if (taken.length === 0) takeAll();
      for (const { playSid } of taken) if (playSid !== undefined) doubt(playSid);
      for (const { reject } of taken) reject(error);
      return;
    }
    for (const one of taken) if (one.error === undefined) one.onDurable?.();
    for (const one of taken) if (one.error === undefined) one.resolve();
  }

  /** A batch that cannot be built or written fails alone; a full disk fails all. */
  function appendOne(sql: Sql, one: Appending): void {
    try {
      const batch = one.build();
      one.playSid = batch.playSid;
      one.onDurable = write(sql, batch);
    } catch (error) {
      if (isDiskFull(error)) throw error;
      one.error = error;
      if (one.playSid !== undefined) doubt(one.playSid);
      one.reject(error);
    }
  }

  /** In a transaction: a row of the journal, or (large) the tables. Gives what is to be done once it is durable. */
  function write(sql: Sql, { playSid, spans, replayed = [], steps, logs }: PlayBatch): (() => void) | undefined {
    const rows = { playSid, spans: spans.map(spanRow), replayed, steps, logs };
    const chars = sizeOf(rows);
    if (chars <= LARGE_CHARS) {
      const row = { id: ++lastId, ...rows };
      appendRow(sql, row);
      return () => remember(row, chars);
    }
    alone(sql, () => {
      // Also what this very transaction has appended comes first.
      doubtful.add(playSid);
      deleteRows(sql, moveWaiting(sql, playSid));
      writeRows(sql, playSid, rows);
    });
    return undefined;
  }

  return { append, settle };
}

/** All of it or nothing, in a transaction that goes on either way. */
function alone(sql: Sql, work: () => void): void {
  sql.run('SAVEPOINT batch');
  try {
    work();
    sql.run('RELEASE batch');
  } catch (error) {
    sql.run('ROLLBACK TO batch');
    sql.run('RELEASE batch');
    throw error;
  }
}

function stored(sql: Sql, playSid: string): Waiting {
  const play = nothing();
  for (const row of rowsOfPlay(sql, playSid)) gather(play, row);
  return play;
}

/** About how many characters there are to write. */
function sizeOf({ spans, steps, logs }: Pick<JournalRow, 'spans' | 'steps' | 'logs'>): number {
  const texts = spans.reduce((sum, r) => sum + r.doc.length + (r.input?.length ?? 0) + (r.output?.length ?? 0), 0);
  const outputs = steps.reduce((sum, s) => sum + s.output.length, 0);
  return logs.reduce((sum, l) => sum + l.text.length, texts + outputs);
}

/** Moves what the process before has left. */
function recover(db: Database): void {
  for (let rows = firstRows(db, ROWS_PER_TURN); rows.length > 0; rows = firstRows(db, ROWS_PER_TURN)) {
    db.exec('BEGIN IMMEDIATE');
    try {
      for (const row of rows) writeRows(db, row.playSid, row);
      deleteRows(
        db,
        rows.map(({ id }) => id),
      );
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
}

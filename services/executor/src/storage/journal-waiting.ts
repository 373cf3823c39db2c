// What of the journal waits to be moved into the tables, by play.

import type { LogLine } from '../domain/play-log.ts';
import type { StepOutput } from '../domain/ports.ts';
import type { ReplayedSpans } from '../domain/span-tree.ts';
import type { JournalRow } from './journal-rows.sqlite.ts';
import type { SpanRow } from './play-tables.sqlite.ts';

/** What waits to be moved, of one play. */
export interface Waiting {
  readonly ids: number[];
  readonly spans: Map<string, SpanRow>;
  readonly replayed: ReplayedSpans[];
  readonly steps: StepOutput[];
  readonly logs: LogLine[];
}

export function nothing(): Waiting {
  return { ids: [], spans: new Map(), replayed: [], steps: [], logs: [] };
}

export function gather(play: Waiting, { id, spans, replayed, steps, logs }: JournalRow): void {
  play.ids.push(id);
  for (const span of spans) play.spans.set(span.spanId, merged(play.spans.get(span.spanId), span));
  play.replayed.push(...replayed);
  play.steps.push(...steps);
  play.logs.push(...logs);
}

/** The later row; a text that it does not carry stays. */
function merged(earlier: SpanRow | undefined, later: SpanRow): SpanRow {
  if (earlier === undefined) return later;
  return { ...later, input: later.input ?? earlier.input, output: later.output ?? earlier.output };
}

/** The plays, cut into turns of about so many rows; each play is in one. */
export function inTurns(plays: Iterable<string>, rowsOf: (playSid: string) => number, rowsPerTurn: number): string[][] {
  const turns: string[][] = [];
  let room = 0;
  for (const playSid of new Set(plays)) {
    if (room <= 0) {
      turns.push([]);
      room = rowsPerTurn;
    }
    turns.at(-1)?.push(playSid);
    room -= rowsOf(playSid);
  }
  return turns;
}

// What recent plays did on each line of a source: the source lens.

import { quantile } from './flow-stats.ts';
import { duration } from './format.ts';
import type { Span } from './span.ts';
import { isBad } from './status.ts';

export const HEAT_BY = ['time', 'count', 'cost', 'errors'] as const;
export type HeatBy = (typeof HEAT_BY)[number];

export interface LineHeat {
  readonly line: number;
  readonly count: number;
  readonly totalMs: number;
  readonly typicalMs: number | undefined;
  /** US dollars that steps of the line reported; undefined = none did. */
  readonly usd: number | undefined;
  readonly failed: number;
  readonly retried: number;
  /** Steps that wait on this line now. */
  readonly waiting: number;
  readonly running: number;
  /** 0 (cold) to 5 (hottest), by the measure that was asked for. */
  readonly heat: number;
}

/** By line; the flow as a whole and steps of other files or unknown lines are left out. */
export function heatOf(spans: readonly Span[], by: HeatBy): LineHeat[] {
  const byLine = new Map<number, Span[]>();
  for (const span of spans) {
    // The flow as a whole would outshine its steps.
    if (span.kind === 'root' || span.line === 0 || (span.file !== '' && !/(^|\/)flow\.py$/.test(span.file))) continue;
    const list = byLine.get(span.line);
    if (list === undefined) byLine.set(span.line, [span]);
    else list.push(span);
  }
  const lines = [...byLine].map(([line, list]) => {
    const times = list.filter((s) => s.startMs !== undefined && s.endMs !== undefined && s.kind !== 'pause');
    const took = times.map((s) => (s.endMs as number) - (s.startMs as number));
    return {
      line,
      count: list.length,
      totalMs: took.reduce((a, b) => a + b, 0),
      typicalMs: quantile(took, 0.5),
      usd: costOf(list),
      failed: list.filter((s) => isBad(s.outcome)).length,
      retried: list.filter((s) => s.attempts.length > 1 && !isBad(s.outcome)).length,
      waiting: list.filter((s) => s.outcome === 'awaiting_resume').length,
      running: list.filter((s) => s.outcome === 'running').length,
    };
  });
  const measures = {
    time: (l: (typeof lines)[number]) => l.totalMs,
    count: (l: (typeof lines)[number]) => l.count,
    cost: (l: (typeof lines)[number]) => l.usd ?? 0,
    errors: (l: (typeof lines)[number]) => l.failed + l.retried,
  };
  const measure = measures[by];
  const most = Math.max(0, ...lines.map(measure));
  return lines
    .map((l) => ({ ...l, heat: most === 0 || measure(l) === 0 ? 0 : Math.max(1, Math.ceil((5 * measure(l)) / most)) }))
    .sort((a, b) => a.line - b.line);
}

function costOf(spans: readonly Span[]): number | undefined {
  const told = spans.map((s) => s.tags.cost_usd).filter((usd) => typeof usd === 'number');
  return told.length === 0 ? undefined : told.reduce((a, b) => a + b, 0);
}

/** "12×, 0.8 s each, 2 failed, 1 waits here" */
export function heatText(line: LineHeat): string {
  return [
    `${line.count}×`,
    line.typicalMs === undefined ? '' : `${duration(line.typicalMs)} each`,
    line.usd === undefined ? '' : `$${line.usd.toFixed(line.usd < 0.1 ? 4 : 2)}`,
    line.failed > 0 ? `${line.failed} failed` : '',
    line.retried > 0 ? `${line.retried} tried again` : '',
    line.running > 0 ? `${line.running} run here now` : '',
    line.waiting > 0 ? `${line.waiting} wait here now` : '',
  ]
    .filter((t) => t !== '')
    .join(', ');
}

// Rows and the head of a play as lines, each at most `columns` wide.

import { timeFromPb } from '@hero-logic/platform/client';
import { playStatusWord } from '../core/words.ts';
import { duration } from '../text/duration.ts';
import { type Paint, paintLine, type Segment, statusLook } from '../text/style.ts';
import { clean, fit, width } from '../text/width.ts';
import type { PlayView } from './play-view.ts';
import { LEFT_OUT, type Row, treeRows } from './tree-rows.ts';

const LEAST_LABEL = 8;

export interface LineOptions {
  readonly columns: number;
  readonly now: number;
  readonly paint: Paint;
}

/** The whole picture: head, tree and open questions' count, at most `height` lines. */
export function viewLines(view: PlayView, options: LineOptions & { readonly height: number }): string[] {
  const lines = [headLine(view, options)];
  const foot = footLine(view, options);
  const room = Math.max(1, options.height - 1 - (foot === undefined ? 0 : 1));
  lines.push(...treeRows(view.spans.values(), room).map((row) => rowLine(row, options)));
  if (foot !== undefined) lines.push(foot);
  return lines.slice(0, Math.max(1, options.height));
}

function headLine(view: PlayView, { columns, now, paint }: LineOptions): string {
  const { play } = view;
  if (play === undefined) return paintLine([{ text: 'waiting for the server …', tone: 'dim' }], columns, paint);
  const word = playStatusWord(play.status);
  const look = statusLook(word);
  const flow = clean(play.workflowName || play.workflowSid);
  const name = play.name === '' || play.name === play.workflowName ? '' : `  ${clean(play.name)}`;
  const started = timeFromPb(play.createdAt);
  const ended = timeFromPb(play.completedAt);
  const took = started === undefined ? '' : `  ${duration((ended ?? now) - started)}`;
  const version = play.versionNumber > 0 ? ` v${play.versionNumber}` : '';
  return paintLine(
    [
      { text: `${look.icon} ${word}`, tone: look.tone },
      { text: `  ${flow}${version}`, tone: 'bold' },
      { text: `${name}${took}`, tone: 'plain' },
      { text: `  ${play.sid}`, tone: 'dim' },
    ],
    columns,
    paint,
  );
}

function footLine(view: PlayView, { columns, paint }: LineOptions): string | undefined {
  const counts = new Map<string, number>();
  for (const span of view.spans.values()) counts.set(span.status, (counts.get(span.status) ?? 0) + 1);
  if (view.spans.size < 2) return undefined;
  const parts = [...counts].map(([word, n]) => `${n} ${word}`).join(', ');
  return paintLine([{ text: `${view.spans.size} spans: ${parts}`, tone: 'dim' }], columns, paint);
}

/** The label gives way first, the status word and the time last. */
export function rowLine(row: Row, { columns, now, paint }: LineOptions): string {
  if (row.status === LEFT_OUT) return paintLine([{ text: `… ${row.label}`, tone: 'dim' }], columns, paint);
  const look = statusLook(row.status);
  const note = row.note === '' ? '' : ` (${row.note})`;
  const took = timeOf(row, now);
  const tail: Segment[] = [
    { text: `  ${row.status}`, tone: look.tone },
    { text: `${note}${took === '' ? '' : `  ${took}`}`, tone: 'dim' },
  ];
  if (row.error !== '') tail.push({ text: `  ${row.error}`, tone: 'bad' });
  const head = `${row.guide}${look.icon} `;
  const fixed = width(head) + width(`  ${row.status}${note}`) + (took === '' ? 0 : width(took) + 2);
  const label = fit(row.label, Math.max(LEAST_LABEL, columns - fixed));
  return paintLine(
    [
      { text: row.guide, tone: 'dim' },
      { text: `${look.icon} `, tone: look.tone },
      { text: label, tone: 'plain' },
      ...tail,
    ],
    columns,
    paint,
  );
}

function timeOf(row: Row, now: number): string {
  if (row.startMs === undefined || row.status === 'pending') return '';
  if (row.endMs !== undefined) return duration(row.endMs - row.startMs);
  return row.status === 'running' || row.status === 'awaiting_resume' ? duration(now - row.startMs) : '';
}

// Colour as an addition: every meaning is also in a word or an icon.

import pc from 'picocolors';
import { fit, width } from './width.ts';

export type Tone = 'plain' | 'dim' | 'bold' | 'good' | 'bad' | 'warn' | 'busy';

export interface Segment {
  readonly text: string;
  readonly tone: Tone;
}

export type Paint = (tone: Tone, text: string) => string;

export function createPaint(color: boolean): Paint {
  const c = pc.createColors(color);
  const tones: Record<Tone, (text: string) => string> = {
    plain: (text) => text,
    dim: c.dim,
    bold: c.bold,
    good: c.green,
    bad: c.red,
    warn: c.yellow,
    busy: c.cyan,
  };
  return (tone, text) => (text === '' ? '' : tones[tone](text));
}

/** Segments as one line of at most `columns` cells. */
export function paintLine(segments: readonly Segment[], columns: number, paint: Paint): string {
  let left = columns;
  let line = '';
  for (const { text, tone } of segments) {
    if (left <= 0) break;
    const shown = fit(text, left);
    line += paint(tone, shown);
    left -= width(shown);
    if (shown !== text) break;
  }
  return line;
}

const STATUS: Readonly<Record<string, { icon: string; tone: Tone }>> = {
  pending: { icon: '○', tone: 'dim' },
  running: { icon: '▶', tone: 'busy' },
  ok: { icon: '✓', tone: 'good' },
  success: { icon: '✓', tone: 'good' },
  replayed: { icon: '↺', tone: 'dim' },
  failed: { icon: '✗', tone: 'bad' },
  timed_out: { icon: '◷', tone: 'bad' },
  cancelled: { icon: '⊘', tone: 'warn' },
  awaiting_resume: { icon: '?', tone: 'warn' },
};

export function statusLook(word: string): { readonly icon: string; readonly tone: Tone } {
  return STATUS[word] ?? { icon: '·', tone: 'plain' };
}

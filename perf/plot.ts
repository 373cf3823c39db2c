// Medians as bars on a logarithmic scale, with a line from the least to the most.

import { escapeText } from './escape-text.ts';
import { figure } from './figure.ts';
import type { Row } from './report.ts';

const WIDTH = 900;
const LABEL = 330;
const VALUE = 90;
const ROW = 24;
const TOP = 22;

export function plot(unit: string, rows: readonly Row[]): string {
  const shown = rows.filter(({ spread }) => spread.p50 > 0 && Number.isFinite(spread.p50));
  if (shown.length === 0) return '';
  const least = Math.min(...shown.map(({ spread }) => (spread.min > 0 ? spread.min : spread.p50)));
  const decades = {
    from: Math.floor(Math.log10(least)),
    to: Math.ceil(Math.log10(Math.max(...shown.map(({ spread }) => spread.max)) * 1.0001)),
  };
  const x = (value: number) => {
    const share = (Math.log10(value) - decades.from) / Math.max(1, decades.to - decades.from);
    return LABEL + Math.max(0, share) * (WIDTH - LABEL - VALUE);
  };
  const height = TOP + shown.length * ROW;
  return `<figure>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(unit)}, logarithmic scale">
${ticks(decades, x, height)}
${shown.map((row, at) => bar(row, TOP + at * ROW, x)).join('\n')}
</svg>
<figcaption>${escapeText(unit)}, logarithmic scale</figcaption>
</figure>`;
}

function ticks({ from, to }: { from: number; to: number }, x: (value: number) => number, height: number): string {
  return Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at))
    .map((value) => {
      const left = x(value).toFixed(1);
      return `<line class="tick" x1="${left}" x2="${left}" y1="${TOP - 4}" y2="${height}"/><text class="dim" x="${left}" y="12" text-anchor="middle">${value}</text>`;
    })
    .join('\n');
}

function bar({ name, spread, unit }: Row, top: number, x: (value: number) => number): string {
  const end = x(spread.p50);
  const [low, high] = [x(spread.min > 0 ? spread.min : spread.p50), x(spread.max)];
  const middle = top + ROW / 2 - 2;
  const kind = name.startsWith('hero-logic') ? 'own' : 'bar';
  const label = name.length > 52 ? `${name.slice(0, 50)}...` : name;
  return `<text x="${LABEL - 8}" y="${middle + 4}" text-anchor="end">${escapeText(label)}</text>
<rect class="${kind}" x="${LABEL}" y="${top}" width="${Math.max(1, end - LABEL).toFixed(1)}" height="${ROW - 6}"/>
<line class="range" x1="${low.toFixed(1)}" x2="${high.toFixed(1)}" y1="${middle}" y2="${middle}"/>
<text x="${Math.max(end, high) + 6}" y="${middle + 4}">${figure(spread.p50)} ${escapeText(unit)}</text>`;
}

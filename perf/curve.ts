// Measurements over a run as a curve, from zero up.

import { escapeText } from './escape-text.ts';
import { figure } from './figure.ts';
import type { Point } from './slope.ts';

export interface Curve {
  readonly name: string;
  readonly unit: string;
  /** What the points are over. */
  readonly over: string;
  readonly points: readonly Point[];
}

const WIDTH = 900;
const HEIGHT = 150;
const LEFT = 90;
const EDGE = 20;

export function drawCurve({ name, unit, over, points }: Curve): string {
  const mostX = Math.max(...points.map(([x]) => x));
  const mostY = Math.max(...points.map(([, y]) => y));
  if (!(mostX > 0 && mostY > 0)) return '';
  const x = (value: number) => (LEFT + (value / mostX) * (WIDTH - LEFT - EDGE)).toFixed(1);
  const y = (value: number) => (HEIGHT - EDGE - (value / mostY) * (HEIGHT - 2 * EDGE)).toFixed(1);
  const text = escapeText(`${name}, ${unit}`);
  return `<figure>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${text}">
<line class="tick" x1="${LEFT}" x2="${WIDTH - EDGE}" y1="${y(0)}" y2="${y(0)}"/>
<text class="dim" x="${LEFT - 8}" y="${y(0)}" text-anchor="end">0</text>
<text class="dim" x="${LEFT - 8}" y="${y(mostY)}" text-anchor="end">${figure(mostY)}</text>
<text class="dim" x="${WIDTH - EDGE}" y="${HEIGHT - 4}" text-anchor="end">${mostX} ${escapeText(over)}</text>
<polyline class="curve" points="${points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ')}"/>
</svg>
<figcaption>${text}</figcaption>
</figure>`;
}

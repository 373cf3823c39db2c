// A tree of frames as a picture that needs no other file: each bar is as wide as its time, what it called stands above it.

import { escapeText } from '../escape-text.ts';
import { AREAS, type Area, type Frame } from './profile.ts';

const WIDTH = 1400;
const ROW = 17;
const TOP = 46;
/** Narrower bars are left out. */
const LEAST = 1;
const CHARACTER = 6.3;
const COLOURS: Readonly<Record<Area, string>> = {
  SQLite: '#7fb069',
  'hero-logic': '#e6a157',
  'RPC libraries': '#7d9bd1',
  'other libraries': '#b3a1d6',
  Node: '#d98a8a',
  V8: '#b8b8b8',
};

export function flameSvg(root: Frame, title: string): string {
  const bars: string[] = [];
  let deepest = 0;
  const draw = (frame: Frame, left: number, depth: number): void => {
    const width = (frame.us / root.us) * WIDTH;
    if (width < LEAST) return;
    deepest = Math.max(deepest, depth);
    bars.push(bar(frame, { left, width, depth, share: frame.us / root.us }));
    let at = left;
    for (const child of frame.children) {
      draw(child, at, depth + 1);
      at += (child.us / root.us) * WIDTH;
    }
  };
  if (root.us > 0) draw(root, 0, 0);
  const height = TOP + (deepest + 1) * ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="sans-serif" font-size="11">
<title>${escapeText(title)}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="6" y="18" font-size="14">${escapeText(title)}</text>
${AREAS.map((area, at) => legend(area, 6 + at * 130)).join('\n')}
<g transform="matrix(1 0 0 -1 0 ${height})">
${bars.join('\n')}
</g>
</svg>
`;
}

function legend(area: Area, left: number): string {
  return `<rect x="${left}" y="27" width="11" height="11" fill="${COLOURS[area]}"/><text x="${left + 15}" y="37">${area}</text>`;
}

function bar(
  { name, area }: Frame,
  { left, width, depth, share }: { left: number; width: number; depth: number; share: number },
): string {
  const [x, y] = [left.toFixed(1), depth * ROW];
  const most = Math.floor((width - 6) / CHARACTER);
  const label = most < 4 ? '' : name.length > most ? `${name.slice(0, most - 1)}…` : name;
  const text =
    label === ''
      ? ''
      : `<text transform="matrix(1 0 0 -1 ${(left + 3).toFixed(1)} ${y + 4})">${escapeText(label)}</text>`;
  return `<g><title>${escapeText(name)}, ${(share * 100).toFixed(1)} %</title><rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${COLOURS[area]}"/>${text}</g>`;
}

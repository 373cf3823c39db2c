// Contract: the page of a run needs no other file and runs nothing; it shows the machine, every figure with its range and its ratio, a bar for every
// figure on one scale per unit, and what could not be measured with its reason. Text is text.

import { expect, it } from 'vitest';
import type { Machine } from './machine.ts';
import { renderPage } from './page.ts';
import type { Report } from './report.ts';
import { spread } from './stats.ts';

const machine: Machine = {
  processor: 'Some <processor>',
  cores: 2,
  memoryGib: 24,
  kernel: '6.1',
  node: '24.0.0',
  syncsPerSecond: 4000,
  loadBefore: 0.5,
  at: '2026-01-01 00:00',
};
const reports: Report[] = [
  {
    title: 'Steps',
    ratioTo: 'ours',
    rows: [
      { name: 'hero-logic', spread: spread([1, 2, 3]), unit: 'ms' },
      { name: 'other', spread: spread([100, 200, 300]), unit: 'ms', against: 50 },
      { name: 'runs', spread: spread([0, 0]), unit: '/s' },
    ],
    curves: [
      {
        name: 'heap <x>',
        unit: 'MB',
        over: 'plays',
        points: [
          [0, 0],
          [50, 20],
          [100, 10],
        ],
      },
    ],
    notes: ['a & b is not in the tables: no <registry> has it'],
  },
];

it('shows machine, figures, ranges, ratios, bars and reasons, and loads nothing', () => {
  const page = renderPage({ machine, rounds: 3, reports });
  expect(page).toContain('2 x Some &#60;processor&#62;, 24 GiB');
  expect(page).toContain('a &#38; b is not in the tables: no &#60;registry&#62; has it');
  expect(page).toMatch(/<td>other<\/td><td>200 ms<\/td><td>100 - 300<\/td><td>3<\/td><td>4.00x<\/td>/);
  expect(page.match(/<rect class="own"/g)).toHaveLength(1);
  expect(page.match(/<rect class="bar"/g)).toHaveLength(1);
  expect(page).not.toMatch(/<script|<link|https?:|url\(/);
});

it('draws a larger figure as a longer bar', () => {
  const widths = [...renderPage({ machine, rounds: 3, reports }).matchAll(/<rect [^>]*width="([\d.]+)"/g)];
  expect(Number(widths[1]?.[1])).toBeGreaterThan(Number(widths[0]?.[1]));
});

it('draws what changes over the run from zero up', () => {
  const page = renderPage({ machine, rounds: 3, reports });
  expect(page).toContain('heap &#60;x&#62;, MB');
  const points = /<polyline class="curve" points="([^"]*)"/
    .exec(page)?.[1]
    ?.split(' ')
    .map((at) => at.split(',').map(Number));
  expect(points).toEqual([
    [90, 130],
    [485, 20],
    [880, 75],
  ]);
});

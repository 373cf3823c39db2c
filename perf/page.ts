// The results of a run as one page that needs nothing else: the machine, and for each report a plot and a table.

import { drawCurve } from './curve.ts';
import { escapeText } from './escape-text.ts';
import { figure } from './figure.ts';
import type { Machine } from './machine.ts';
import { machineLine } from './machine.ts';
import { plot } from './plot.ts';
import { type Report, type Row, ratioOf } from './report.ts';

export interface Results {
  readonly machine: Machine;
  readonly rounds: number;
  readonly reports: readonly Report[];
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1a1c22; --dim: #5d6470; --line: #d5d9e0; --bar: #7c8798; --own: #2f6bde; --paper: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --dim: #9aa3b0; --line: #3a404a; --bar: #7c8798; --own: #6f9df5; --paper: #16181c } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; font-size: 1.15rem }
p, li, figcaption { color: var(--dim) }
figure { margin: 0 }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: right }
th:first-child, td:first-child, td:last-child { text-align: left }
svg { width: 100%; height: auto } svg text { font: 12px system-ui, sans-serif; fill: var(--ink) } svg .dim { fill: var(--dim) }
.curve { fill: none; stroke: var(--own); stroke-width: 2 }
.bar { fill: var(--bar) } .own { fill: var(--own) } .range, .tick { stroke: var(--ink) } .tick { stroke: var(--line) }`;

export function renderPage({ machine, rounds, reports }: Results): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>hero-logic: performance</title>
<style>${STYLE}
</style>
<h1>Performance</h1>
<p>${escapeText(machineLine(machine))}; ${rounds} rounds. Medians with the least and the most. Ratios compare what ran in turn on this machine; milliseconds of different machines do not compare.</p>
${reports.map(section).join('\n')}
</html>
`;
}

function section(report: Report): string {
  const notes = (report.notes ?? []).map((note) => `<li>${escapeText(note)}</li>`).join('\n');
  return `<section>
<h2>${escapeText(report.title)}</h2>
${[plots(report.rows), ...(report.curves ?? []).map(drawCurve)].join('\n')}
<table>
<thead><tr><th>measured</th><th>median</th><th>range</th><th>n</th><th>ratio to ${escapeText(report.ratioTo ?? 'floor')}</th><th>goal</th></tr></thead>
<tbody>
${report.rows.map(tableRow).join('\n')}
</tbody>
</table>${notes === '' ? '' : `\n<ul>\n${notes}\n</ul>`}
</section>`;
}

/** One plot for each unit: bars of different units have no common scale. */
function plots(rows: readonly Row[]): string {
  const units = [...new Set(rows.map(({ unit }) => unit))];
  return units
    .map((unit) =>
      plot(
        unit,
        rows.filter((row) => row.unit === unit),
      ),
    )
    .join('\n');
}

function tableRow(row: Row): string {
  const { name, spread, unit, goal = '' } = row;
  const ratio = ratioOf(row);
  const cells = [
    `${figure(spread.p50)} ${unit}`,
    `${figure(spread.min)} - ${figure(spread.max)}`,
    String(spread.n),
    ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
    goal,
  ];
  return `<tr><td>${escapeText(name)}</td>${cells.map((cell) => `<td>${escapeText(cell)}</td>`).join('')}</tr>`;
}

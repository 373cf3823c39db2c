// What a scenario gives, and how it is printed.

import type { Spread } from './stats.ts';

export interface Row {
  readonly name: string;
  readonly spread: Spread;
  readonly unit: string;
  /** A median measured in the same run; the row shows its ratio to it. */
  readonly against?: number;
  readonly goal?: string;
}

export interface Report {
  readonly title: string;
  readonly rows: readonly Row[];
}

export function ratioOf({ spread, against }: Row): number | undefined {
  return against === undefined ? undefined : spread.p50 / against;
}

export function printReport(report: Report): string {
  const rows = report.rows.map((r) => {
    const found = ratioOf(r);
    const ratio = found === undefined ? '' : `${found.toFixed(2)}x`;
    return `| ${r.name} | ${figure(r.spread.p50)} ${r.unit} | ${figure(r.spread.min)} - ${figure(r.spread.max)} | ${r.spread.n} | ${ratio} | ${r.goal ?? ''} |`;
  });
  return [
    `### ${report.title}`,
    '',
    '| | median | range | n | ratio to floor | goal |',
    '|---|--:|--:|--:|--:|---|',
    ...rows,
    '',
  ].join('\n');
}

function figure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}

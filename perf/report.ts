// What a scenario gives, and how it is printed.

import type { Curve } from './curve.ts';
import { figure } from './figure.ts';
import type { Spread } from './stats.ts';

export interface Row {
  readonly name: string;
  readonly spread: Spread;
  readonly unit: string;
  /** A median measured in the same run; the row shows its ratio to it. */
  readonly against?: number;
  readonly goal?: string;
  /** Of the ratio; the lower unless told. */
  readonly better?: 'lower' | 'higher';
}

export interface Report {
  readonly title: string;
  readonly rows: readonly Row[];
  /** What the ratios are to; the floor unless told. */
  readonly ratioTo?: string;
  /** So much may a ratio differ from run to run: 1.25 unless told. */
  readonly noise?: number;
  /** What to know about the figures; also what could not be measured, and why. */
  readonly notes?: readonly string[];
  /** What changes over the run; only on the page and in the JSON. */
  readonly curves?: readonly Curve[];
  /** By store, what `npm run capacity -- --times FILE` reads from the JSON: milliseconds by their names in it. */
  readonly times?: Readonly<Record<string, Readonly<Record<string, number>>>>;
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
    `| | median | range | n | ratio to ${report.ratioTo ?? 'floor'} | goal |`,
    '|---|--:|--:|--:|--:|---|',
    ...rows,
    '',
    ...(report.notes ?? []).map((note) => `- ${note}`),
    ...(report.notes === undefined ? [] : ['']),
  ].join('\n');
}

// Compares the ratios of a run with those that are committed. Only ratios: milliseconds differ between machines.

import type { Report } from './report.ts';
import { ratioOf } from './report.ts';

/** Ratios by title of the report and name of the row. */
export type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Regression {
  readonly title: string;
  readonly row: string;
  readonly was: number;
  readonly is: number;
}

/** The same code on the same machine differs by so much from run to run, unless the report says more. */
const NOISE = 1.25;

/** Rows whose ratio has grown beyond noise. A row that the baseline does not know is new, and no regression. */
export function regressions(baseline: Baseline, report: Report): Regression[] {
  const known = baseline[report.title] ?? {};
  return report.rows.flatMap((row) => {
    const [was, is] = [known[row.name], ratioOf(row)];
    if (was === undefined || is === undefined) return [];
    const worse = row.better === 'higher' ? was / is : is / was;
    return worse <= (report.noise ?? NOISE) ? [] : [{ title: report.title, row: row.name, was, is }];
  });
}

/** Regressions that are there the second time too: what is worse is measured once more. */
export async function confirmed(
  baseline: Baseline,
  first: readonly Report[],
  again: () => Promise<readonly Report[]>,
): Promise<Regression[]> {
  const worse = first.flatMap((report) => regressions(baseline, report));
  if (worse.length === 0) return [];
  const twice = new Set(worse.map(({ title, row }) => `${title}: ${row}`));
  const second = (await again()).flatMap((report) => regressions(baseline, report));
  return second.filter(({ title, row }) => twice.has(`${title}: ${row}`));
}

/** Rows of the baseline that no report has any more: a check that checks nothing has to be seen. */
export function missing(baseline: Baseline, reports: readonly Report[]): string[] {
  return reports.flatMap(({ title, rows }) => {
    const there = new Set(rows.filter((row) => ratioOf(row) !== undefined).map(({ name }) => name));
    return Object.keys(baseline[title] ?? {})
      .filter((name) => !there.has(name))
      .map((name) => `${title}: ${name}`);
  });
}

/** The baseline with the ratios of these reports. */
export function accept(baseline: Baseline, reports: readonly Report[]): Baseline {
  const next: Record<string, Readonly<Record<string, number>>> = { ...baseline };
  for (const { title, rows } of reports) {
    const ratios = rows.flatMap((row) => {
      const ratio = ratioOf(row);
      return ratio === undefined ? [] : [[row.name, Number(ratio.toFixed(2))] as const];
    });
    if (ratios.length > 0) next[title] = Object.fromEntries(ratios);
  }
  return next;
}

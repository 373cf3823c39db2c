// Tables that fit: on a terminal the widest columns give way until a row is one line; elsewhere nothing is cut, columns are
// parted by tabs, and there is no head unless the table stands among other text.

import type { Io } from '../core/io.ts';
import { clean, fit, padTo, width } from './width.ts';

const LEAST = 6;
const GAP = 2;

export function tableLines(options: {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly io: Pick<Io, 'outIsTerminal' | 'columns'>;
  readonly isAmongText?: boolean;
}): string[] {
  const rows = options.rows.map((row) => row.map(clean));
  const all = [options.head, ...rows];
  if (!options.io.outIsTerminal) return (options.isAmongText ? all : rows).map((row) => row.join('\t'));
  const wanted = options.head.map((_, i) => Math.max(...all.map((row) => width(row[i] ?? ''))));
  const columns = options.io.columns();
  const widths = shrink(wanted, columns);
  return all.map((row) =>
    fit(
      row
        .map((cell, i) => padTo(fit(cell, widths[i] ?? 0), widths[i] ?? 0))
        .join(' '.repeat(GAP))
        .trimEnd(),
      columns,
    ),
  );
}

function shrink(wanted: readonly number[], columns: number): number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, w) => sum + w, 0) + GAP * (widths.length - 1) - columns;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= LEAST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over--;
  }
  return widths;
}

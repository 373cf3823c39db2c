// The lines at the bottom of the terminal that are drawn again and again. A line never wraps when it is drawn; when the terminal
// becomes narrower its reflow is counted, so that the region is always taken back whole.

import type { Io } from '../core/io.ts';

export interface LiveRegion {
  draw(lines: readonly string[]): void;
  /** Leaves what is drawn and goes on below it. */
  keep(): void;
  clear(): void;
}

export function createLiveRegion(io: Pick<Io, 'out' | 'columns'>): LiveRegion {
  let drawn: readonly string[] = [];

  function takeBack(): string {
    const columns = io.columns();
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(plainWidth(line) / columns)), 0);
    return rows === 0 ? '' : `\u001b[${rows}A\r\u001b[J`;
  }

  return {
    draw(lines) {
      // One write, so that the terminal does not show the gap.
      io.out(`${takeBack()}${lines.map((line) => `${line}\n`).join('')}`);
      drawn = lines;
    },
    keep() {
      drawn = [];
    },
    clear() {
      io.out(takeBack());
      drawn = [];
    },
  };
}

function plainWidth(line: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: our own colour codes are what is taken out.
  return line.replace(/\u001b\[[0-9;]*m/g, '').length;
}

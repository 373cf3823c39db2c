// Contract: a table in a pipe is its rows, parted by tabs; where it stands among other text its head says what the columns are.

import { expect, it } from 'vitest';
import { tableLines } from './table.ts';

const table = { head: ['NAME', 'N'], rows: [['one', '1']] };
const io = (outIsTerminal: boolean) => ({ outIsTerminal, columns: () => 80 });

it('has a head on a terminal and among text', () => {
  expect(tableLines({ ...table, io: io(false) })).toEqual(['one\t1']);
  expect(tableLines({ ...table, io: io(false), isAmongText: true })).toEqual(['NAME\tN', 'one\t1']);
  expect(tableLines({ ...table, io: io(true) })).toEqual(['NAME  N', 'one   1']);
});

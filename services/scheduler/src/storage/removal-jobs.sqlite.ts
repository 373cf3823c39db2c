// What retention does to the file, in small writes: long work beside the event loop.

import type { SideJob } from '@hero-logic/platform';
import { type EndPlace, RETENTION, type TakeEnded, type Taken } from '../domain/removal/removal-store.ts';
import { dropBegun, dropLabels, type LabelLeft, removeHiddenRows, takeEndedRows } from './removal-rows.sqlite.ts';

const AT_ONCE = 40;

export const TAKE_ENDED: SideJob<TakeEnded, Taken> = {
  module: import.meta.url,
  name: 'TAKE_ENDED',
  run(write, range) {
    const sids: string[] = [];
    let last: EndPlace | undefined;
    for (let looked = 0; looked < range.atMost; looked += AT_ONCE) {
      const atMost = Math.min(AT_ONCE, range.atMost - looked);
      const some = write((sql) => takeEndedRows(sql, { ...range, after: last ?? range.after, atMost }));
      if (some.last === undefined) break;
      sids.push(...some.sids);
      last = some.last;
    }
    return { sids, last };
  },
};

export interface FinishRemoval {
  readonly sids: readonly string[];
  readonly by: string;
  readonly now: number;
}

export const FINISH_REMOVAL: SideJob<FinishRemoval, void> = {
  module: import.meta.url,
  name: 'FINISH_REMOVAL',
  run(write, { sids, by, now }) {
    if (by === RETENTION && write((sql) => dropBegun(sql, sids)) === sids.length) return;
    for (const some of inParts(sids)) write((sql) => removeHiddenRows(sql, some, by, now));
  },
};

export const DROP_LABELS: SideJob<readonly LabelLeft[], void> = {
  module: import.meta.url,
  name: 'DROP_LABELS',
  run(write, left) {
    for (const some of inParts(left)) write((sql) => dropLabels(sql, some));
  },
};

function* inParts<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < all.length; from += AT_ONCE) yield all.slice(from, from + AT_ONCE);
}

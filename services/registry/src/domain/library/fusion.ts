// Two rankings as one: reciprocal rank fusion (G. V. Cormack, C. L. A. Clarke, S. Buettcher, "Reciprocal rank fusion outperforms Condorcet and
// individual rank learning methods", SIGIR 2009): score = sum over the rankings of 1 / (60 + place), from 1.

import { byName, type SearchEntry } from '../search.ts';
import type { RankedEntry } from './library-index.ts';

const K = 60;

export function fuse(rankings: readonly (readonly SearchEntry[])[], most: number): RankedEntry[] {
  const scores = new Map<SearchEntry, number>();
  for (const ranking of rankings) {
    ranking.forEach((entry, i) => {
      scores.set(entry, (scores.get(entry) ?? 0) + 1 / (K + i + 1));
    });
  }
  const fused = [...scores].map(([entry, score]) => ({ entry, score }));
  fused.sort((a, b) => b.score - a.score || byName(a.entry, b.entry));
  return fused.slice(0, most);
}

// What a word counts for in a field of a workflow: BM25F's weight / (1 - b + b * length / average length) for one mention (see rank.ts). Kept for all
// workflows until one changes, as most of a search's time went into these divisions.

import { SEARCH_FIELDS } from '../search.ts';
import { BITS, MOST_COUNTED, type Postings } from './postings.ts';

/** In the order of SEARCH_FIELDS: name, tag, description, field, doc, step. */
const WEIGHTS = [9, 5, 4, 2.5, 1.2, 1.5];
const LENGTH_SHARE = [0.3, 0.3, 0.5, 0.5, 0.5, 0.5];
const FIELDS = SEARCH_FIELDS.length;

export function weightOfField(field: number): number {
  return WEIGHTS[field] as number;
}

/** The weights for what `postings` hold now: by slot and in it by field. */
export function createFieldWeights(postings: Postings): () => Float64Array {
  let weights = new Float64Array(0);
  let revision = -1;
  return () => {
    if (revision === postings.revision) return weights;
    revision = postings.revision;
    weights = new Float64Array(postings.entries.length * FIELDS);
    for (let field = 0; field < FIELDS; field++) {
      const weight = weightOfField(field);
      const b = LENGTH_SHARE[field] as number;
      const average = Math.max(1, postings.averageLength(field));
      for (let slot = 0; slot < postings.entries.length; slot++)
        weights[slot * FIELDS + field] = weight / (1 - b + (b * postings.length(slot, field)) / average);
    }
    return weights;
  };
}

/** tf of BM25F: packed counts of a slot, weighed. */
export function weightedCount(weights: Float64Array, slot: number, counts: number): number {
  let sum = 0;
  let at = slot * FIELDS;
  for (let left = counts; left !== 0; left >>= BITS) {
    const count = left & MOST_COUNTED;
    if (count !== 0) sum += count * (weights[at] as number);
    at += 1;
  }
  return sum;
}

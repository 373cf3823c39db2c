// Scores of the workflows for the words of a query.
//
// - A word of the query stands for stems of the library: its own with closeness 1; of words that begin with it or hold it, and, when the
//   library does not know it, of words that a slip of the keyboard turns into it, with less.
// - A workflow's score for a stem is BM25F (S. Robertson, H. Zaragoza: "The probabilistic relevance framework: BM25 and beyond", 2009, section
//   3.6): tf = sum over the fields of weight * count / (1 - b + b * length / average length), score = idf * tf / (K + tf),
//   idf = ln(1 + (N - n + 0.5) / (n + 0.5)), with n the workflows that hold what the word stands for. Times the closeness; of several stems of
//   one word the best counts.
// - The scores of the words are added and multiplied by a share of how much of the query was found, weighed by idf.

import { weightedCount } from './field-weights.ts';
import type { Postings } from './postings.ts';
import type { Meaning } from './spelling.ts';
import { phraseOf, wordsOf } from './words.ts';

const K = 2;
/** Of the score, that does not depend on how much of the query was found. */
const REGARDLESS = 0.4;
/** For a name that is the query, word by word, as a multiple of the score. */
const IS_THE_NAME = 2;
const MAX_WORDS = 32;

export interface AskedWord {
  /** As in the query, folded. */
  readonly word: string;
  /** Best first, each stem once. */
  readonly stems: readonly AskedStem[];
}

export interface AskedStem {
  readonly stem: string;
  readonly word: string;
  readonly closeness: number;
}

export interface Ranked {
  readonly slot: number;
  readonly score: number;
}

/** The words of a query, each once, with what they stand for. */
export function askedWords(postings: Postings, query: string): AskedWord[] {
  const words = [...new Set(wordsOf(query).map((word) => word.text))].slice(0, MAX_WORDS);
  const found = new Map<string, AskedWord>();
  for (const word of words) {
    const stem = postings.stem(word);
    if (!found.has(stem)) found.set(stem, { word, stems: stemsFor(postings, word, stem) });
  }
  return [...found.values()];
}

function stemsFor(postings: Postings, word: string, stem: string): AskedStem[] {
  const { vocabulary } = postings;
  const isKnown = postings.of(stem) !== undefined;
  const others: Meaning[] = [...vocabulary.beginningWith(word), ...vocabulary.holding(word)];
  // The stem too: a slip in "onbording" is one in "onboard".
  if (!isKnown) others.push(...vocabulary.misspelt(word), ...vocabulary.misspelt(stem));
  others.sort((a, b) => b.closeness - a.closeness || (a.word < b.word ? -1 : 1));
  const stems = new Map<string, AskedStem>();
  if (isKnown) stems.set(stem, { stem, word, closeness: 1 });
  for (const other of others) {
    const key = postings.stem(other.word);
    if (!stems.has(key)) stems.set(key, { stem: key, ...other });
  }
  return [...stems.values()];
}

/** The `most` workflows with the highest scores and those that are equal to the last of them, in no order. `weights` as of createFieldWeights. */
export function rank(
  postings: Postings,
  weights: Float64Array,
  words: readonly AskedWord[],
  query: string,
  most: number,
): Ranked[] {
  const scores = scoresOf(postings, weights, words, query);
  const least = leastOfBest(scores, most);
  const ranked: Ranked[] = [];
  for (let slot = 0; slot < scores.length; slot++) {
    const score = scores[slot] as number;
    if (score > 0 && score >= least) ranked.push({ slot, score });
  }
  return ranked;
}

/** The lowest of the `most` highest; 0 when there are not so many. */
function leastOfBest(scores: Float64Array, most: number): number {
  // Ascending; what it has no place for yet is 0.
  const best = new Float64Array(most);
  for (const score of scores) {
    if (!(score > (best[0] as number))) continue;
    let low = 1;
    for (let high = most; low < high; ) {
      const middle = (low + high) >> 1;
      if ((best[middle] as number) < score) low = middle + 1;
      else high = middle;
    }
    best.copyWithin(0, 1, low);
    best[low - 1] = score;
  }
  return best[0] as number;
}

/** By slot; 0 = it holds nothing of the query. */
function scoresOf(postings: Postings, weights: Float64Array, words: readonly AskedWord[], query: string): Float64Array {
  const slots = postings.entries.length;
  const totals = new Float64Array(slots);
  const foundIdf = new Float64Array(slots);
  const best = new Float64Array(slots);
  let allIdf = 0;
  for (const { stems } of words) {
    const touched = bestScores(postings, stems, weights, best);
    const n = stems[0]?.closeness === 1 ? (postings.of(stems[0].stem)?.slots.length ?? 0) : touched.length;
    const idf = Math.log1p((postings.size - n + 0.5) / (n + 0.5));
    allIdf += idf;
    for (const slot of touched) {
      totals[slot] = (totals[slot] as number) + idf * (best[slot] as number);
      foundIdf[slot] = (foundIdf[slot] as number) + idf;
      best[slot] = 0;
    }
  }
  const wanted = phraseOf(query);
  for (let slot = 0; slot < slots; slot++) {
    const total = totals[slot] as number;
    if (total === 0) continue;
    const covered = REGARDLESS + ((1 - REGARDLESS) * (foundIdf[slot] as number)) / allIdf;
    totals[slot] = total * covered * (postings.phrase(slot) === wanted ? IS_THE_NAME : 1);
  }
  return totals;
}

/** Puts the best score of each workflow for these stems into `best`; gives the workflows. */
function bestScores(
  postings: Postings,
  stems: readonly AskedStem[],
  weights: Float64Array,
  best: Float64Array,
): number[] {
  const touched: number[] = [];
  for (const { stem, closeness } of stems) {
    const { slots, counts } = postings.of(stem) ?? { slots: [], counts: [] };
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      const tf = weightedCount(weights, slot, counts[i] as number);
      const score = (closeness * tf) / (K + tf);
      const before = best[slot] as number;
      if (before === 0) touched.push(slot);
      if (score > before) best[slot] = score;
    }
  }
  return touched;
}

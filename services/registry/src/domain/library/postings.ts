// Which workflow holds which stem how often in which field. Numbered slots in ascending lists; counts of the six fields in five bits each. What is
// removed leaves nothing behind, so the figures depend on what is there and not on how it came to be.

import { SEARCH_FIELDS, type SearchEntry, type SearchField } from '../search.ts';
import { createVocabulary, type Vocabulary } from './spelling.ts';
import { eachWord, phraseOf, stemOf } from './words.ts';

export interface StemPostings {
  readonly slots: number[];
  /** Per slot: how often in each field, at most 31, packed by `countsOf`. */
  readonly counts: number[];
}

export interface Postings {
  readonly vocabulary: Vocabulary;
  /** By slot; undefined = free. */
  readonly entries: readonly (SearchEntry | undefined)[];
  readonly size: number;
  /** Another one after each change. */
  readonly revision: number;
  of(stem: string): StemPostings | undefined;
  stem(word: string): string;
  /** The words of the name of a slot. */
  phrase(slot: number): string;
  /** Words of a field of a slot. */
  length(slot: number, field: number): number;
  /** Mean over the workflows. */
  averageLength(field: number): number;
  put(entry: SearchEntry): void;
  remove(workflowSid: string): void;
}

export const BITS = 5;
export const MOST_COUNTED = 31;
const FIELDS = SEARCH_FIELDS.length;

export function countIn(counts: number, field: number): number {
  return (counts >> (field * BITS)) & MOST_COUNTED;
}

function addCounts(a: number, b: number): number {
  let sum = 0;
  for (let field = 0; field < FIELDS; field++) {
    sum |= Math.min(MOST_COUNTED, countIn(a, field) + countIn(b, field)) << (field * BITS);
  }
  return sum;
}

export function createPostings(): Postings {
  const vocabulary = createVocabulary();
  const stems = new Map<string, string>();
  const byStem = new Map<string, StemPostings>();
  const entries: (SearchEntry | undefined)[] = [];
  const slotOf = new Map<string, number>();
  const free: number[] = [];
  const lengths: number[] = [];
  const phrases: string[] = [];
  const sums = SEARCH_FIELDS.map(() => 0);
  let revision = 0;

  /** The stem of a word of the library is kept as long as the library lives. */
  function stem(word: string): string {
    const known = stems.get(word);
    if (known !== undefined) return known;
    const made = stemOf(word);
    if (vocabulary.has(word)) stems.set(word, made);
    return made;
  }

  /** How often each stem stands in each field, packed. `each` is given the words, each once. */
  function countWords(entry: SearchEntry, slot: number, each: (word: string) => void): Map<string, number> {
    const words = new Map<string, number>();
    for (let field = 0; field < FIELDS; field++) {
      const one = 1 << (field * BITS);
      let length = 0;
      eachWord(entry.texts[SEARCH_FIELDS[field] as SearchField], (word) => {
        length += 1;
        const before = words.get(word) ?? 0;
        if (countIn(before, field) < MOST_COUNTED) words.set(word, before + one);
      });
      lengths[slot * FIELDS + field] = length;
    }
    const stemmed = new Map<string, number>();
    for (const [word, counts] of words) {
      each(word);
      const key = stem(word);
      const before = stemmed.get(key);
      stemmed.set(key, before === undefined ? counts : addCounts(before, counts));
    }
    return stemmed;
  }

  function remove(workflowSid: string): void {
    const slot = slotOf.get(workflowSid);
    const entry = slot === undefined ? undefined : entries[slot];
    if (slot === undefined || entry === undefined) return;
    revision += 1;
    for (const key of countWords(entry, slot, vocabulary.drop).keys()) {
      const postings = byStem.get(key);
      const at = postings === undefined ? -1 : place(postings.slots, slot);
      postings?.slots.splice(at, 1);
      postings?.counts.splice(at, 1);
      if (postings?.slots.length === 0) byStem.delete(key);
    }
    SEARCH_FIELDS.forEach((_, field) => {
      sums[field] = (sums[field] as number) - (lengths[slot * FIELDS + field] as number);
    });
    entries[slot] = undefined;
    slotOf.delete(workflowSid);
    free.push(slot);
  }

  return {
    vocabulary,
    entries,
    get size() {
      return slotOf.size;
    },
    get revision() {
      return revision;
    },
    of: (key) => byStem.get(key),
    stem,
    phrase: (slot) => phrases[slot] as string,
    length: (slot, field) => lengths[slot * FIELDS + field] as number,
    averageLength: (field) => (sums[field] as number) / Math.max(1, slotOf.size),
    put(entry) {
      remove(entry.workflowSid);
      revision += 1;
      const slot = free.pop() ?? entries.length;
      entries[slot] = entry;
      phrases[slot] = phraseOf(entry.name);
      slotOf.set(entry.workflowSid, slot);
      for (const [key, counts] of countWords(entry, slot, vocabulary.add)) {
        const postings = byStem.get(key) ?? { slots: [], counts: [] };
        byStem.set(key, postings);
        insert(postings, slot, counts);
      }
      SEARCH_FIELDS.forEach((_, field) => {
        sums[field] = (sums[field] as number) + (lengths[slot * FIELDS + field] as number);
      });
    },
    remove,
  };
}

function insert({ slots, counts }: StemPostings, slot: number, count: number): void {
  const at = place(slots, slot);
  if (at === slots.length) {
    slots.push(slot);
    counts.push(count);
    return;
  }
  slots.splice(at, 0, slot);
  counts.splice(at, 0, count);
}

/** Where a slot stands, or would stand, in an ascending list. */
export function place(slots: readonly number[], slot: number): number {
  let [low, high] = [0, slots.length];
  if (high === 0 || (slots[high - 1] as number) < slot) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[middle] as number) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}

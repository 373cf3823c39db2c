// The library in memory, ready to be searched. It follows a list of entries; an entry that is the same object as before costs nothing.

import { byName, SEARCH_FIELDS, type SearchEntry, type SearchHit } from '../search.ts';
import { createFieldWeights, weightOfField } from './field-weights.ts';
import { highlightsOf } from './highlight.ts';
import { countIn, createPostings, type Postings, place } from './postings.ts';
import { type AskedWord, askedWords, type Ranked, rank } from './rank.ts';

export interface RankedEntry {
  readonly entry: SearchEntry;
  readonly score: number;
}

export interface LibraryIndex {
  readonly size: number;
  /** Makes the index hold just these, in steps: between two of them others may run, and a search finds a part. */
  follow(entries: readonly SearchEntry[]): Iterable<void>;
  find(query: string, most: number): Found;
}

export interface Found {
  /** At most so many, best first, equal ones by name; an empty query gives them by name. */
  readonly ranked: readonly RankedEntry[];
  /** Why an entry fits. */
  explain(entry: SearchEntry): Pick<SearchHit, 'matched' | 'highlights'>;
}

export function createLibraryIndex(): LibraryIndex {
  const postings = createPostings();
  const weights = createFieldWeights(postings);
  const present = new Map<string, SearchEntry>();
  let last: readonly SearchEntry[] = [];

  return {
    get size() {
      return postings.size;
    },

    *follow(entries) {
      if (entries === last) return;
      const wanted = new Set(entries.map((entry) => entry.workflowSid));
      for (const sid of present.keys()) {
        if (wanted.has(sid)) continue;
        present.delete(sid);
        postings.remove(sid);
      }
      for (const entry of entries) {
        if (present.get(entry.workflowSid) === entry) continue;
        present.set(entry.workflowSid, entry);
        postings.put(entry);
        yield;
      }
      last = entries;
    },

    find(query, most) {
      const words = askedWords(postings, query);
      const stems = new Set(words.flatMap((word) => word.stems.map(({ stem }) => stem)));
      return {
        ranked:
          query.trim() === ''
            ? allByName(postings, most)
            : bestFirst(postings, rank(postings, weights(), words, query, most), most),
        explain: (entry) => ({
          matched: matchedBy(postings, postings.entries.indexOf(entry), words),
          highlights: highlightsOf(entry, (word) => stems.has(postings.stem(word))),
        }),
      };
    },
  };
}

function bestFirst(postings: Postings, ranked: readonly Ranked[], most: number): RankedEntry[] {
  const found = ranked.flatMap(({ slot, score }) => {
    const entry = postings.entries[slot];
    return entry === undefined ? [] : [{ entry, score }];
  });
  found.sort((a, b) => b.score - a.score || byName(a.entry, b.entry));
  return found.slice(0, most);
}

function allByName(postings: Postings, most: number): RankedEntry[] {
  const all = postings.entries.filter((entry) => entry !== undefined);
  return all
    .sort(byName)
    .slice(0, most)
    .map((entry) => ({ entry, score: 0 }));
}

function matchedBy(postings: Postings, slot: number, words: readonly AskedWord[]): string[] {
  const found = words.flatMap((word) => reasons(postings, slot, word));
  return found.sort((a, b) => b.worth - a.worth).map(({ text }) => text);
}

/** By which word each field holds what a word of the query stands for: the closest one. */
function reasons(postings: Postings, slot: number, { word, stems }: AskedWord): { text: string; worth: number }[] {
  return SEARCH_FIELDS.flatMap((name, field) => {
    const held = stems.find(({ stem }) => {
      const { slots, counts } = postings.of(stem) ?? { slots: [], counts: [] };
      const at = place(slots, slot);
      return slots[at] === slot && countIn(counts[at] as number, field) > 0;
    });
    if (held === undefined) return [];
    const text = held.closeness === 1 ? `${name}: ${word}` : `${name}: ${held.word} (for "${word}")`;
    return [{ text, worth: weightOfField(field) * held.closeness }];
  });
}

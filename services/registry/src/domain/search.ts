// Ranking of the library. Every word of the query must be found in some field of a workflow; a word counts by the best field that holds it
// (name, then tags, description, inputs and outputs, docstrings and steps) and by how it is held (whole word, beginning of one, anywhere),
// and a little for each further field. Equal scores are in the order of the names.

const SEARCH_FIELDS = ['name', 'tag', 'description', 'field', 'step'] as const;
type SearchField = (typeof SEARCH_FIELDS)[number];

/** Folded texts of one workflow. */
export interface SearchEntry {
  readonly workflowSid: string;
  /** As it is written. */
  readonly name: string;
  readonly texts: Readonly<Record<SearchField, string>>;
}

export interface SearchHit {
  readonly workflowSid: string;
  readonly name: string;
  readonly score: number;
  /** "name: invoice", best first. */
  readonly matched: readonly string[];
}

const WEIGHTS: Record<SearchField, number> = { name: 10, tag: 6, description: 4, field: 3, step: 1 };
const WHOLE = 1;
const PREFIX = 0.7;
const INSIDE = 0.4;
const FURTHER_FIELD = 0.1;
const IS_THE_NAME = 20;
const MAX_LOOKS = 20;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** One spelling for comparing: compatibility forms and case do not count. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Words of a query, folded, each once. */
export function queryWords(query: string): string[] {
  const words = fold(query)
    .split(/\s+/u)
    .filter((word) => word !== '');
  return [...new Set(words)];
}

export function searchLibrary(entries: readonly SearchEntry[], query: string, limit: number): SearchHit[] {
  const words = queryWords(query);
  const phrase = fold(query).trim();
  const hits: SearchHit[] = [];
  for (const entry of entries) {
    const hit = rate(entry, words, phrase);
    if (hit !== undefined) hits.push(hit);
  }
  hits.sort((a, b) => b.score - a.score || compareNames(a, b));
  return hits.slice(0, limit);
}

function compareNames(a: SearchHit, b: SearchHit): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.workflowSid < b.workflowSid ? -1 : 1;
}

function rate(entry: SearchEntry, words: readonly string[], phrase: string): SearchHit | undefined {
  let score = 0;
  const matched: { text: string; worth: number }[] = [];
  for (const word of words) {
    let best = 0;
    let sum = 0;
    for (const field of SEARCH_FIELDS) {
      const worth = WEIGHTS[field] * heldBy(entry.texts[field], word);
      if (worth === 0) continue;
      matched.push({ text: `${field}: ${word}`, worth });
      best = Math.max(best, worth);
      sum += worth;
    }
    if (best === 0) return undefined;
    score += best + FURTHER_FIELD * (sum - best);
  }
  if (phrase !== '' && entry.texts.name === phrase) score += IS_THE_NAME;
  matched.sort((a, b) => b.worth - a.worth);
  return { workflowSid: entry.workflowSid, name: entry.name, score, matched: matched.map((m) => m.text) };
}

function heldBy(text: string, word: string): number {
  let best = 0;
  let looks = 0;
  // A letter occurs hundreds of times in a text: the first places decide.
  for (let at = text.indexOf(word); at >= 0 && looks < MAX_LOOKS; at = text.indexOf(word, at + 1)) {
    looks += 1;
    const starts = at === 0 || !LETTER_OR_DIGIT.test(text[at - 1] as string);
    if (!starts) {
      best = Math.max(best, INSIDE);
      continue;
    }
    const after = text[at + word.length];
    if (after === undefined || !LETTER_OR_DIGIT.test(after)) return WHOLE;
    best = PREFIX;
  }
  return best;
}

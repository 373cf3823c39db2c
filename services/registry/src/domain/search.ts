// What a search of the library is asked and what it gives. How it is found: library/.

import { DEFAULT_NAMESPACE } from '@hero-logic/platform';

export const SEARCH_FIELDS = ['name', 'tag', 'description', 'field', 'doc', 'step'] as const;
export type SearchField = (typeof SEARCH_FIELDS)[number];

/** What of one workflow can be found, as it is written; several parts of a field are lines. */
export interface SearchEntry {
  readonly workflowSid: string;
  readonly name: string;
  /** Absent = the first one. */
  readonly namespace?: string;
  readonly texts: Readonly<Record<SearchField, string>>;
}

export function namespaceOf(entry: Pick<SearchEntry, 'namespace'>): string {
  return entry.namespace ?? DEFAULT_NAMESPACE;
}

export interface SearchHit {
  readonly workflowSid: string;
  readonly name: string;
  /** Higher is better; comparable within one reply. */
  readonly score: number;
  /** Why it was found, the weightiest first: "name: invoice", or 'name: invoice (for "invioce")'. */
  readonly matched: readonly string[];
  /** The places, a piece of text for each field that held something. */
  readonly highlights: readonly Highlight[];
}

export interface Highlight {
  readonly field: SearchField;
  /** Together the piece of text. */
  readonly parts: readonly HighlightPart[];
}

export interface HighlightPart {
  readonly text: string;
  /** It is what was looked for. */
  readonly hit: boolean;
}

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

/** By name in code point order, then by sid. */
export function byName(a: { name: string; workflowSid: string }, b: { name: string; workflowSid: string }): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.workflowSid < b.workflowSid ? -1 : 1;
}

// Where a hit holds what was looked for, as a short piece of text for each field.

import { type Highlight, type HighlightPart, SEARCH_FIELDS, type SearchEntry } from '../search.ts';
import { type Word, wordsOf } from './words.ts';

const MAX_PIECE = 160;
const BEFORE = 60;

/** `isAsked` tells of a folded word whether it is what was looked for. */
export function highlightsOf(entry: SearchEntry, isAsked: (word: string) => boolean): Highlight[] {
  return SEARCH_FIELDS.flatMap((field) => {
    const text = entry.texts[field];
    const marks = wordsOf(text).filter((word) => isAsked(word.text));
    const first = marks[0];
    return first === undefined ? [] : [{ field, parts: partsOf(text, marks, pieceAround(text, first)) }];
  });
}

/** The line that holds a word, cut to a piece of at most MAX_PIECE around it at spaces. */
function pieceAround(text: string, { start, end }: Word): readonly [from: number, to: number] {
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const newline = text.indexOf('\n', end);
  const lineEnd = newline < 0 ? text.length : newline;
  if (lineEnd - lineStart <= MAX_PIECE) return [lineStart, lineEnd];
  const from = start - lineStart <= BEFORE ? lineStart : text.indexOf(' ', start - BEFORE) + 1;
  const begin = from > lineStart && from <= start ? from : Math.max(lineStart, start - BEFORE);
  if (lineEnd - begin <= MAX_PIECE) return [begin, lineEnd];
  const space = text.lastIndexOf(' ', begin + MAX_PIECE);
  return [begin, space > end ? space : Math.max(end, begin + MAX_PIECE)];
}

function partsOf(text: string, marks: readonly Word[], [from, to]: readonly [number, number]): HighlightPart[] {
  const parts: HighlightPart[] = [];
  let at = from;
  for (const { start, end } of marks) {
    if (start < at || end > to) continue;
    if (start > at) parts.push({ text: text.slice(at, start), hit: false });
    parts.push({ text: text.slice(start, end), hit: true });
    at = end;
  }
  if (at < to) parts.push({ text: text.slice(at, to), hit: false });
  return parts;
}

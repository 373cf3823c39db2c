// A filter as words with their places: `status:failed,cancelled -label.customer=acme created>2026-11-01 "free text"`.

import { invalid } from '@hero-logic/platform';

export type FilterOperator = ':' | '=' | '<' | '<=' | '>' | '>=';

export interface FilterWord {
  /** From 1, for people. */
  readonly at: number;
  /** As it was written. */
  readonly text: string;
  readonly not: boolean;
  /** Absent = a plain word or a quoted text. */
  readonly key?: string;
  /** Set exactly with key `label`. */
  readonly label?: string;
  readonly operator?: FilterOperator;
  /** Alternatives; one for a plain word. */
  readonly values: readonly string[];
}

const SPACE = /\s+/y;
/** A letter first: 12:30 is a word. */
const KEY = /([A-Za-z_]+)(?:\.("(?:[^"\\]|\\.)*"|[^\s"=:<>]+))?(<=|>=|[:=<>])/y;
const QUOTED = /"((?:[^"\\]|\\["\\])*)"/y;
const PLAIN = /[^\s"]+/y;
const VALUE = /[^\s",]+/y;

/** INVALID_ARGUMENT naming the word, its place and the fix. */
export function filterWords(text: string): FilterWord[] {
  const words: FilterWord[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };

  function takeText(): string | undefined {
    const quoted = take(QUOTED);
    if (quoted !== null) return unquote(quoted[1] as string);
    if (text[at] !== '"') return undefined;
    throw filterProblem(at + 1, text.slice(at), 'has no closing quote; add one, or write \\" for a quote inside');
  }

  function takeValues(begin: number): string[] {
    const values: string[] = [];
    for (;;) {
      const value = takeText() ?? take(VALUE)?.[0];
      if (value === undefined || value === '') {
        throw filterProblem(
          begin + 1,
          text.slice(begin, at),
          'has no value; write one right behind it, in quotes if it has spaces',
        );
      }
      values.push(value);
      if (text[at] !== ',') break;
      at += 1;
    }
    if (at < text.length && !/\s/.test(text[at] as string)) {
      throw filterProblem(at + 1, text.slice(at), 'follows a quoted text; put a space between');
    }
    return values;
  }

  for (;;) {
    take(SPACE);
    if (at >= text.length) return words;
    const begin = at;
    const not = text[at] === '-' && /\S/.test(text[at + 1] ?? '');
    if (not) at += 1;
    const key = take(KEY);
    const values = key === null ? [takeText() ?? (take(PLAIN)?.[0] as string)] : takeValues(begin);
    const [, name, label, operator] = key ?? [];
    words.push({
      ...{ at: begin + 1, text: text.slice(begin, at), not, values },
      ...(name === undefined ? {} : { key: name.toLowerCase(), operator: operator as FilterOperator }),
      ...(label === undefined ? {} : { label: label.startsWith('"') ? unquote(label.slice(1, -1)) : label }),
    });
  }
}

/** The failure of one word of a filter. */
export function filterProblem(at: number, word: string, description: string) {
  const shown = word.length > 60 ? `${word.slice(0, 60).toWellFormed()}…` : word;
  return invalid([{ field: 'filter', description: `at character ${at}, \`${shown}\` ${description}` }]);
}

function unquote(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}

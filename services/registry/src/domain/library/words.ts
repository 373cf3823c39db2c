// Words of a text as the search compares them. Case, accents and compatibility forms do not count; snake_case and camelCase are several words;
// scripts without spaces between words are read as pairs of characters.

import { stemmer } from 'stemmer';

export interface Word {
  /** Folded. */
  readonly text: string;
  /** Where it stands in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Given each word in its order: folded, and where it stands. */
type Each = (word: string, start: number, end: number) => void;

const MAX_WORD = 64;
const RUN = /[\p{L}\p{M}\p{N}]+/gu;
const HUMP = /(?<=\p{Ll})(?=\p{Lu})/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/;
const [NEITHER, LOWER, UPPER, DIGIT] = [0, 1, 2, 3];
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[a-z]/.test(character) ? LOWER : /[A-Z]/.test(character) ? UPPER : /\d/.test(character) ? DIGIT : NEITHER;
});

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  eachWord(text, (word, start, end) => words.push({ text: word, start, end }));
  return words;
}

export function eachWord(text: string, each: Each): void {
  if (ASCII.test(text)) eachAsciiWord(text, each);
  else eachUnicodeWord(text, each);
}

/** The same as below for the texts that are most of a library, at a tenth of the time. */
function eachAsciiWord(text: string, each: Each): void {
  let start = 0;
  let before = NEITHER;
  let hasUpper = false;
  for (let i = 0; i <= text.length; i++) {
    const kind = i === text.length ? NEITHER : (KINDS[text.charCodeAt(i)] as number);
    const isHump = before === LOWER && kind === UPPER;
    if (before !== NEITHER && (kind === NEITHER || isHump)) {
      const word = text.slice(start, Math.min(i, start + MAX_WORD));
      each(hasUpper ? word.toLowerCase() : word, start, i);
    }
    if (before === NEITHER || isHump) {
      start = i;
      hasUpper = false;
    }
    if (kind === UPPER) hasUpper = true;
    before = kind;
  }
}

function eachUnicodeWord(text: string, each: Each): void {
  for (const { 0: run, index } of text.matchAll(RUN)) {
    let start = index;
    for (const part of run.split(HUMP)) {
      if (UNSPACED.test(part)) eachPair(part, start, each);
      else giveWord(part, start, each);
      start += part.length;
    }
  }
}

function eachPair(run: string, at: number, each: Each): void {
  const characters = [...run];
  let start = at;
  characters.forEach((character, i) => {
    if (i === 0 || i < characters.length - 1) giveWord(characters.slice(i, i + 2).join(''), start, each);
    start += character.length;
  });
}

function giveWord(part: string, start: number, each: Each): void {
  const letters = part.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
  if (letters !== '') each(letters.slice(0, MAX_WORD), start, start + part.length);
}

/** The words of a text in one spelling. */
export function phraseOf(text: string): string {
  return wordsOf(text)
    .map((word) => word.text)
    .join(' ');
}

/** One form for the inflections of an English word: the stem by M. F. Porter, "An algorithm for suffix stripping" (1980), of its American spelling. */
export function stemOf(word: string): string {
  return stemmer(word.replace(/([a-z]{2}[iy])s(e|ed|es|er|ers|ing|ation|ations)$/, '$1z$2'));
}

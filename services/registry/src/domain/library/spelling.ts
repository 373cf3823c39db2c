// The words of the library, and which of them a word of a query may mean: itself, words that begin with it or hold it, and, when the library
// does not know it, words that differ by a slip of the keyboard. Candidates come from shared trigrams.

export interface Meaning {
  readonly word: string;
  /** 1 = the word itself. */
  readonly closeness: number;
}

export interface Vocabulary {
  add(word: string): void;
  /** Once for each `add`. */
  drop(word: string): void;
  has(word: string): boolean;
  /** Closest first; equal ones in the order of the words. The word itself is not among them. */
  beginningWith(word: string): Meaning[];
  holding(word: string): Meaning[];
  misspelt(word: string): Meaning[];
}

const MOST = 40;
const BEGINS = 0.6;
const HOLDS = 0.4;
const ONE_SLIP = 0.7;
const TWO_SLIPS = 0.5;
const SHORTEST_BEGINNING = 3;
const SHORTEST_INSIDE = 4;

export function createVocabulary(): Vocabulary {
  const uses = new Map<string, number>();
  const byTrigram = new Map<string, Set<string>>();

  function rarest(word: string): Iterable<string> {
    let found: Set<string> | undefined;
    for (const trigram of trigrams(word)) {
      const words = byTrigram.get(trigram);
      if (words === undefined) return [];
      if (found === undefined || words.size < found.size) found = words;
    }
    return found ?? [];
  }

  function longer(word: string, edge: string, fits: (other: string) => boolean, closeness: number): Meaning[] {
    const found: Meaning[] = [];
    for (const other of rarest(edge + word)) {
      if (other !== word && fits(other))
        found.push({ word: other, closeness: (closeness * word.length) / other.length });
    }
    return closestFirst(found);
  }

  return {
    add(word) {
      const count = uses.get(word) ?? 0;
      uses.set(word, count + 1);
      if (count > 0) return;
      for (const trigram of trigrams(`^${word}$`)) {
        const words = byTrigram.get(trigram);
        if (words === undefined) byTrigram.set(trigram, new Set([word]));
        else words.add(word);
      }
    },
    drop(word) {
      const count = uses.get(word) ?? 0;
      if (count > 1) uses.set(word, count - 1);
      if (count !== 1) return;
      uses.delete(word);
      for (const trigram of trigrams(`^${word}$`)) byTrigram.get(trigram)?.delete(word);
    },
    has: (word) => uses.has(word),
    beginningWith: (word) =>
      word.length < SHORTEST_BEGINNING ? [] : longer(word, '^', (other) => other.startsWith(word), BEGINS),
    holding: (word) =>
      word.length < SHORTEST_INSIDE
        ? []
        : longer(word, '', (other) => other.includes(word) && !other.startsWith(word), HOLDS),
    misspelt(word) {
      const most = word.length >= 8 ? 2 : word.length >= 4 ? 1 : 0;
      if (most === 0 || /\d/.test(word)) return [];
      const shared = new Map<string, number>();
      for (const trigram of trigrams(`^${word}$`)) {
        for (const other of byTrigram.get(trigram) ?? []) shared.set(other, (shared.get(other) ?? 0) + 1);
      }
      const found: Meaning[] = [];
      // One slip spoils at most three trigrams of the word (four when neighbours change places).
      const least = Math.max(1, word.length - 4 * most);
      for (const [other, count] of shared) {
        if (count < least || Math.abs(other.length - word.length) > most) continue;
        const slips = slipsBetween(word, other, most);
        if (slips <= most) found.push({ word: other, closeness: slips === 1 ? ONE_SLIP : TWO_SLIPS });
      }
      return closestFirst(found);
    },
  };
}

function closestFirst(found: Meaning[]): Meaning[] {
  found.sort((a, b) => b.closeness - a.closeness || (a.word < b.word ? -1 : 1));
  return found.slice(0, MOST);
}

function trigrams(text: string): Set<string> {
  const found = new Set<string>();
  for (let i = 0; i + 3 <= text.length; i++) found.add(text.slice(i, i + 3));
  return found;
}

/**
 * Letters put in, left out, changed, or changed places with their neighbour (optimal string alignment: F. J. Damerau, "A technique for computer
 * detection and correction of spelling errors", 1964). More than `most` is given as `most + 1`.
 */
function slipsBetween(a: string, b: string, most: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > most) return most + 1;
    before = last;
    last = row;
  }
  return Math.min(last[b.length] as number, most + 1);
}

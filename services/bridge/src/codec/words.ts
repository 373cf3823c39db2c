// Enum values as lower-case words without their common prefix: PLAY_STATUS_TIMED_OUT <-> "timed_out". The value 0 (UNSPECIFIED) has no word.

import type { DescEnum } from '@bufbuild/protobuf';

export interface Words {
  readonly words: readonly string[];
  wordOf(value: number): string | undefined;
  numberOf(word: string): number | undefined;
}

const known = new WeakMap<DescEnum, Words>();

export function wordsOf(desc: DescEnum): Words {
  const made = known.get(desc) ?? makeWords(desc);
  known.set(desc, made);
  return made;
}

function makeWords(desc: DescEnum): Words {
  const prefix = desc.sharedPrefix ?? '';
  const byWord = new Map<string, number>();
  const byValue = new Map<number, string>();
  for (const value of desc.values) {
    if (value.number === 0) continue;
    const word = value.name.toLowerCase().slice(prefix.length);
    byWord.set(word, value.number);
    if (!byValue.has(value.number)) byValue.set(value.number, word);
  }
  return { words: [...byWord.keys()], wordOf: (v) => byValue.get(v), numberOf: (w) => byWord.get(w) };
}

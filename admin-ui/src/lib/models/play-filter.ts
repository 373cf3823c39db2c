// A filter of plays as one line of text, which is what the URL holds and the server reads: `status:failed,late flow:tour since:2h some words`.

const KEYS = ['status', 'flow', 'workflow', 'version', 'since', 'parent', 'error'] as const;

export interface Token {
  /** "" for everything that is no chip: words, comparisons, labels, and what is turned around. */
  readonly key: '' | (typeof KEYS)[number];
  /** As it is written, with its quotes. */
  readonly value: string;
}

/** The words that the page offers. */
export const STATUS_WORDS = ['queued', 'running', 'waiting', 'done', 'failed', 'late', 'cancelled'] as const;

const TOKEN = /(?:(\w+):)?((?:"(?:\\.|[^"\\])*"|\S)+)/g;

export function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(([whole, key = '', value = '']) => {
    const known = KEYS.find((k) => k === key);
    return known === undefined ? { key: '', value: whole } : { key: known, value };
  });
}

export function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ key, value }) => (key === '' ? value : `${key}:${value}`)).join(' ');
}

/** Turns a status of the filter on or off and leaves the rest as it is. */
export function toggleStatus(text: string, word: string): string {
  const tokens = tokensOf(text);
  const now = tokens.filter((t) => t.key === 'status').flatMap((t) => t.value.split(','));
  const next = now.includes(word) ? now.filter((w) => w !== word) : [...now, word];
  const rest = tokens.filter((t) => t.key !== 'status');
  return textOf(next.length === 0 ? rest : [{ key: 'status', value: next.join(',') }, ...rest]);
}

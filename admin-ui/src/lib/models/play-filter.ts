// A filter of plays as one line of text, which is what the URL holds: `status:failed,late flow:tour since:2h some words`.

import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';

export interface Token {
  /** "" for a plain word. */
  readonly key: '' | 'status' | 'flow' | 'version' | 'since';
  readonly value: string;
}

export interface PlayFilter {
  readonly statuses: readonly PlayStatus[];
  readonly flow: string;
  readonly version: number | undefined;
  /** Only plays started within so many milliseconds. */
  readonly sinceMs: number | undefined;
  readonly words: string;
  /** What could not be understood, for people. */
  readonly problems: readonly string[];
}

const STATUS: Record<string, readonly PlayStatus[]> = {
  queued: [PlayStatus.PENDING],
  pending: [PlayStatus.PENDING],
  running: [PlayStatus.RUNNING],
  waiting: [PlayStatus.AWAITING_RESUME],
  awaiting_resume: [PlayStatus.AWAITING_RESUME],
  done: [PlayStatus.SUCCESS],
  success: [PlayStatus.SUCCESS],
  failed: [PlayStatus.FAILED],
  late: [PlayStatus.TIMED_OUT],
  timed_out: [PlayStatus.TIMED_OUT],
  cancelled: [PlayStatus.CANCELLED],
};

/** The words that the page offers. */
export const STATUS_WORDS = ['queued', 'running', 'waiting', 'done', 'failed', 'late', 'cancelled'] as const;

const KEYS = ['status', 'flow', 'version', 'since'] as const;
const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function tokensOf(text: string): Token[] {
  return [...text.matchAll(/(?:(\w+):)?("[^"]*"|\S+)/g)].map(([whole, key = '', raw = '']) => {
    const known = KEYS.find((k) => k === key);
    if (known === undefined) return { key: '', value: whole };
    return { key: known, value: raw.startsWith('"') ? raw.slice(1, -1) : raw };
  });
}

export function textOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ key, value }) => (key === '' ? value : `${key}:${/\s/.test(value) ? `"${value}"` : value}`))
    .join(' ');
}

export function filterOf(text: string): PlayFilter {
  const statuses = new Set<PlayStatus>();
  const words: string[] = [];
  const problems: string[] = [];
  let flow = '';
  let version: number | undefined;
  let sinceMs: number | undefined;
  for (const { key, value } of tokensOf(text)) {
    if (key === '') words.push(value.replaceAll('"', ''));
    else if (key === 'flow') flow = value;
    else if (key === 'version') {
      version = Number(/^v?(\d+)$/.exec(value)?.[1] ?? Number.NaN);
      if (Number.isNaN(version)) problems.push(`version takes a number, as version:3, not “${value}”`);
    } else if (key === 'since') {
      const parts = /^(\d+)([smhd])$/.exec(value);
      if (parts === null) problems.push(`since takes a time, as since:30m, since:2h or since:3d, not “${value}”`);
      else sinceMs = Number(parts[1]) * (UNIT_MS[parts[2] as string] as number);
    } else for (const word of value.split(',')) addStatus(word, statuses, problems);
  }
  if (version !== undefined && flow === '') problems.push('version needs a flow, as flow:tour version:3');
  const clean = Number.isNaN(version) ? undefined : version;
  return { statuses: [...statuses], flow, version: clean, sinceMs, words: words.join(' '), problems };
}

function addStatus(word: string, statuses: Set<PlayStatus>, problems: string[]): void {
  const found = STATUS[word.toLowerCase()];
  if (found === undefined) problems.push(`there is no status “${word}”; there are ${STATUS_WORDS.join(', ')}`);
  else for (const status of found) statuses.add(status);
}

/** Turns a status of the filter on or off and leaves the rest as it is. */
export function toggleStatus(text: string, word: string): string {
  const tokens = tokensOf(text);
  const now = tokens.filter((t) => t.key === 'status').flatMap((t) => t.value.split(','));
  const next = now.includes(word) ? now.filter((w) => w !== word) : [...now, word];
  const rest = tokens.filter((t) => t.key !== 'status');
  return textOf(next.length === 0 ? rest : [{ key: 'status', value: next.join(',') }, ...rest]);
}

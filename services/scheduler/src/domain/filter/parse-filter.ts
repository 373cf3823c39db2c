// From the words of a filter to conditions. What needs the registry (names of workflows) is left to resolve-filter.ts.

import type { PlayStatus } from '../play.ts';
import { labelOf, type PlayCondition, type PlayTime } from './condition.ts';
import { readMoment, readSpan } from './filter-times.ts';
import { type FilterWord, filterProblem, filterWords } from './filter-words.ts';

/** A condition, or a workflow by its name or sid. */
export type ParsedCondition = { readonly word: FilterWord } & (
  | { readonly condition: PlayCondition }
  | { readonly workflows: readonly string[] }
);

const STATUS: Readonly<Record<string, PlayStatus>> = {
  pending: 'pending',
  queued: 'pending',
  running: 'running',
  awaiting_resume: 'awaiting_resume',
  waiting: 'awaiting_resume',
  success: 'success',
  done: 'success',
  failed: 'failed',
  cancelled: 'cancelled',
  timed_out: 'timed_out',
  late: 'timed_out',
};

const KEYS = 'status, workflow, version, label.NAME, created, started, ended, since, parent, error';
/** Alternatives of one word, and words of one filter. */
const MOST = 50;

/** INVALID_ARGUMENT. `now` is what relative times count from. */
export function parseFilter(text: string, now: number): ParsedCondition[] {
  const words = filterWords(text);
  const over = words[MOST];
  if (over !== undefined) throw filterProblem(over.at, over.text, `is word ${MOST + 1}; a filter has at most ${MOST}`);
  return words.map((word) => {
    if (word.values.length > MOST) throw filterProblem(word.at, word.text, `has more than ${MOST} values`);
    return { word, ...read(word, now) };
  });
}

function read(word: FilterWord, now: number): { condition: PlayCondition } | { workflows: readonly string[] } {
  const { key, values } = word;
  const not = word.not ? { not: true } : {};
  if (word.label !== undefined && key !== 'label') {
    throw filterProblem(word.at, word.text, `has a part behind a dot, which only label.NAME has`);
  }
  switch (key) {
    case undefined:
      return { condition: { kind: 'text', text: (values[0] as string).toLowerCase(), ...not } };
    case 'workflow':
    case 'flow':
      return { workflows: equals(word) };
    case 'status':
      return { condition: { kind: 'status', values: equals(word).map((value) => statusOf(word, value)), ...not } };
    case 'version':
      return { condition: { ...versionOf(word), ...not } };
    case 'parent':
      return { condition: { kind: 'parent', values: equals(word), ...not } };
    case 'error':
      return { condition: { kind: 'error', values: equals(word), ...not } };
    case 'label':
      return { condition: { ...labelCondition(word), ...not } };
    case 'created':
    case 'started':
    case 'ended':
      return { condition: { ...timeOf(word, key, now), ...not } };
    case 'since':
      return { condition: { kind: 'created', from: now - spanOf(word), ...not } };
    default:
      throw filterProblem(
        word.at,
        word.text,
        `has the unknown key "${key}"; there are ${KEYS}. For a plain text put it in quotes`,
      );
  }
}

function equals(word: FilterWord): readonly string[] {
  if (word.operator === ':' || word.operator === '=') return word.values;
  throw filterProblem(word.at, word.text, `compares with "${word.operator}"; ${word.key} takes : or =`);
}

function statusOf(word: FilterWord, value: string): PlayStatus {
  const found = STATUS[value.toLowerCase()];
  if (found !== undefined) return found;
  throw filterProblem(
    word.at,
    word.text,
    `names the unknown status "${value}"; there are ${Object.keys(STATUS).join(', ')}`,
  );
}

/** A number (with a workflow, says resolve-filter.ts) or a sid. */
function versionOf(word: FilterWord): PlayCondition {
  const values = equals(word);
  const numbers = values.map((value) => Number(/^v?(\d{1,9})$/i.exec(value)?.[1] ?? Number.NaN));
  if (numbers.every((number) => !Number.isNaN(number))) return { kind: 'version_number', values: numbers };
  if (numbers.every(Number.isNaN)) return { kind: 'version', values };
  throw filterProblem(word.at, word.text, 'mixes numbers and sids; write two filters');
}

function labelCondition(word: FilterWord): PlayCondition {
  const { label } = word;
  if (label === undefined || label === '')
    throw filterProblem(word.at, word.text, 'names no label; write label.NAME=VALUE');
  return { kind: 'label', values: equals(word).map((value) => labelOf(label, value)) };
}

function timeOf(word: FilterWord, kind: PlayTime, now: number): PlayCondition {
  const { operator, values } = word;
  const moment = values.length === 1 ? readMoment(values[0] as string, now) : undefined;
  if (moment === undefined) {
    throw filterProblem(
      word.at,
      word.text,
      `has no time; write one as ${kind}>2026-11-01, ${kind}<=2026-11-01T18:30Z or ${kind}>2h (two hours ago)`,
    );
  }
  switch (operator) {
    case '>':
      return { kind, from: moment + 1 };
    case '>=':
      return { kind, from: moment };
    case '<':
      return { kind, before: moment };
    case '<=':
      return { kind, before: moment + 1 };
    default:
      throw filterProblem(word.at, word.text, `compares with "${operator}"; ${kind} takes <, <=, > or >=`);
  }
}

function spanOf(word: FilterWord): number {
  const [value = ''] = equals(word);
  const span = word.values.length === 1 ? readSpan(value) : undefined;
  if (span !== undefined) return span;
  throw filterProblem(word.at, word.text, 'has no time; write it as since:30m, since:2h or since:3d');
}

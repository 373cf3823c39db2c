// The limits of a version as its form holds them, as they are sent, and in words. A field is named as it is everywhere: `memory_mb`.

import { create, type MessageInitShape, ScalarType } from '@bufbuild/protobuf';
import { type VersionLimits, VersionLimitsSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';

export interface LimitNumber {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  /** With its bounds, which the server checks. */
  readonly about: string;
}

export interface LimitChoice {
  readonly name: string;
  readonly label: string;
  readonly about: string;
  readonly options: readonly { readonly value: string; readonly word: string }[];
}

const number = (name: string, label: string, unit: string, about: string): LimitNumber => ({
  name,
  label,
  unit,
  about,
});

export const LIMIT_NUMBERS: readonly LimitNumber[] = [
  number('wall_ms', 'Time running', 'ms', 'Over all runs of a play; at most 30 days'),
  number('cpu_s', 'Processor time', 's', 'Of one run; at most 30 days'),
  number('memory_mb', 'Memory', 'MiB', '32 to 1,048,576'),
  number('disk_mb', 'Work folder', 'MiB', 'Of all its files, and of any one; at most 65,536'),
  number('open_files', 'Open files', '', 'And connections at once; 16 to 65,536'),
  number('threads', 'Threads', '', 'At once; at most 10,000'),
  number('output_kb', 'Log', 'KiB', 'Lines that are kept; at most 1,048,576'),
  number('max_spans', 'Steps kept', '', 'Those that follow are counted; at most 200,000'),
  number('lines_per_s', 'Lines in a second', '', 'A play that sends more waits; 10 to 1,000,000'),
  number('line_kb', 'Longest line', 'KiB', 'Of a step, log line or output; 16 to 24,576'),
  number('max_running', 'Plays at the same time', '', 'Of the flow; at most 10,000'),
  number('starts_per_minute', 'Starts in a minute', '', 'Of the flow; at most 1,000,000'),
  number('slot_cost', 'Slots', '', 'Of an executor that a play takes; at most 1,000'),
];

export const LIMIT_CHOICES: readonly LimitChoice[] = [
  {
    ...{ name: 'network', label: 'Network', about: 'What its plays reach' },
    options: [
      { value: '', word: 'as the executor has it' },
      { value: 'none', word: 'nothing' },
      { value: 'hosts', word: 'certain hosts' },
      { value: 'any', word: 'whatever the executor reaches' },
    ],
  },
  {
    ...{ name: 'services', label: 'The services', about: 'What its plays may do to flows, examples and benchmarks' },
    options: [
      { value: '', word: 'read' },
      { value: 'write', word: 'read and write' },
    ],
  },
  {
    ...{ name: 'on_divergence', label: 'A replay that differs', about: 'From what was recorded' },
    options: [
      { value: '', word: 'gives the play a warning' },
      { value: 'stop', word: 'fails the play' },
    ],
  },
  {
    ...{ name: 'isolation', label: 'Process', about: 'Plays that share one are not protected from those before' },
    options: [
      { value: '', word: 'of its own for each play' },
      { value: 'version', word: 'shared by the plays of this version' },
    ],
  },
];

/** `hosts` a line each. */
export type LimitsDraft = Record<string, string>;

export const LIMIT_NAMES = [...LIMIT_NUMBERS, ...LIMIT_CHOICES].map(({ name }) => name).concat('hosts');

const fieldOf = (name: string) => VersionLimitsSchema.fields.find((field) => field.name === name);

/** What the default is in so many words is the same as saying nothing. */
const SAID_BY_DEFAULT = new Set(['read', 'warn', 'play']);

export function draftOfLimits(limits: VersionLimits | undefined): LimitsDraft {
  const given = (limits ?? create(VersionLimitsSchema)) as unknown as Record<string, unknown>;
  return Object.fromEntries(
    LIMIT_NAMES.map((name) => {
      const value = given[fieldOf(name)?.localName ?? ''];
      const text = Array.isArray(value) ? value.join('\n') : String(value ?? '');
      return [name, text === '0' || SAID_BY_DEFAULT.has(text) ? '' : text];
    }),
  );
}

export type LimitsOutcome =
  | { readonly ok: true; readonly limits: VersionLimits }
  | { readonly ok: false; readonly errors: ReadonlyMap<string, string> };

/** Bounds are left to the server. */
export function limitsOf(draft: LimitsDraft): LimitsOutcome {
  const errors = new Map<string, string>();
  const init: Record<string, unknown> = {};
  for (const [name, written] of Object.entries(draft)) {
    const text = written.trim();
    const field = fieldOf(name);
    if (field === undefined || text === '') continue;
    if (name === 'hosts') init.hosts = text.split(/\s*\n\s*/);
    else if (field.scalar === ScalarType.STRING) init[field.localName] = text;
    else if (!/^\d{1,15}$/.test(text) || (field.scalar === ScalarType.INT32 && Number(text) > MOST_INT32))
      errors.set(name, 'Write a whole number, or nothing for the default.');
    else init[field.localName] = field.scalar === ScalarType.INT64 ? BigInt(text) : Number(text);
  }
  if (errors.size > 0) return { ok: false, errors };
  return { ok: true, limits: create(VersionLimitsSchema, init as MessageInitShape<typeof VersionLimitsSchema>) };
}

const MOST_INT32 = 2_147_483_647;

/** "Memory 64 MiB"; none for what is left to the executor. */
export function limitWords(limits: VersionLimits | undefined): string[] {
  const draft = draftOfLimits(limits);
  const numbers = LIMIT_NUMBERS.filter(({ name }) => draft[name] !== '').map(({ name, label, unit }) =>
    `${label} ${Number(draft[name]).toLocaleString('en')} ${unit}`.trim(),
  );
  const chosen = LIMIT_CHOICES.flatMap(({ name, label, options }) => {
    const option = options.find(({ value }) => value !== '' && value === draft[name]);
    return option === undefined ? [] : [`${label}: ${option.word}`];
  });
  return [...numbers, ...chosen, ...(limits?.hosts ?? [])];
}

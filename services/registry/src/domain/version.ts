// One immutable source of a workflow, with what was read from it.

import type { Violation } from '@hero-logic/platform';
import type { Field } from './field.ts';
import type { Outline, Packages } from './inspection.ts';

export interface Limits {
  /** 0 = the executor's default, as below. */
  readonly wallMs: number;
  readonly cpuS: number;
  readonly memoryMb: number;
  readonly network: string;
  /** Of the workflow, while this version is what is started; 0 = no bound. */
  readonly maxRunning: number;
  readonly startsPerMinute: number;
  /** 0 = 1. */
  readonly slotCost: number;
  /** 'warn' or 'stop'; empty = warn. */
  readonly onDivergence: string;
  /** 'read' or 'write'; empty = read. */
  readonly services: string;
  /** What may be reached with network 'hosts'. */
  readonly hosts: readonly string[];
  readonly diskMb: number;
  readonly openFiles: number;
  readonly threads: number;
  readonly outputKb: number;
  readonly maxSpans: number;
  readonly linesPerS: number;
  readonly lineKb: number;
  /** "version": its plays share a process one after the other; anything else is a process for each. */
  readonly isolation: string;
}

export type Isolation = 'play' | 'version';

/** What an operator does not permit; the executor gives plays of older versions a process of their own. */
export function isolationViolations({ isolation }: Limits, least: Isolation): Violation[] {
  if (isolation !== 'version' || least === 'version') return [];
  const description =
    'is "version", which this deployment does not permit (HERO_LOGIC_ISOLATION_LEAST=play): write "play", or leave it out';
  return [{ field: 'limits.isolation', description }];
}

/** A version before the store has numbered it. */
export interface VersionDraft {
  readonly sid: string;
  readonly workflowSid: string;
  /** Empty = "v" and the number. */
  readonly label: string;
  readonly notes: string;
  readonly source: string;
  readonly sha256: string;
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
  readonly limits: Limits;
  readonly outline: Outline;
  /** Absent in versions that were written before there were any. */
  readonly packages?: Packages | undefined;
  readonly origin: 'user' | 'seed';
  readonly createdAt: number;
}

/** Without its source and outline, which only those who ask for them get. */
export interface Version extends Omit<VersionDraft, 'source' | 'outline'> {
  /** Name of the flow that a play calls. */
  readonly entry: string;
  /** 1, 2, ... within the workflow. */
  readonly number: number;
}

export const NO_LIMITS: Limits = {
  wallMs: 0,
  cpuS: 0,
  memoryMb: 0,
  network: '',
  maxRunning: 0,
  startsPerMinute: 0,
  slotCost: 0,
  onDivergence: '',
  services: '',
  hosts: [],
  diskMb: 0,
  openFiles: 0,
  threads: 0,
  outputKb: 0,
  maxSpans: 0,
  linesPerS: 0,
  lineKb: 0,
  isolation: '',
};

export function hasLimits(limits: Limits): boolean {
  return Object.values(limits).some((limit) => (Array.isArray(limit) ? limit.length > 0 : limit !== 0 && limit !== ''));
}

/** Those that a version written before some of them existed does not have are as if they were not given. */
export function sameLimits(a: Limits, b: Limits): boolean {
  return limitsText(a) === limitsText(b);
}

/** Those that are given, in the order of their names. */
export function limitsText(limits: Limits): string {
  const given = Object.entries(limits).filter(([, limit]) => limit !== 0 && String(limit) !== '');
  return given.length === 0
    ? 'none'
    : given
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, limit]) => `${name} = ${limit}`)
        .join(', ');
}

export function numbered(draft: VersionDraft, number: number): Version {
  const { source: _, outline, ...rest } = draft;
  return { ...rest, entry: outline.entry, number, label: draft.label === '' ? `v${number}` : draft.label };
}

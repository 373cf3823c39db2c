// What the spec of a trigger says, and which times follow from it.
//
// Clock changes, as croner has them: one fixed time of day that does not exist on a day falls at the moment at which the clocks are put
// forward to, and if it comes twice it fires the first time only; an expression with steps, wildcards, lists or ranges in hours or minutes
// fires whenever the clock shows one of its times: not at those that are left out, and in the hour that comes twice both times.

import { createHash } from 'node:crypto';
import { documentProblem, invalid, jsonType, type Violation } from '@hero-logic/platform';
import { Cron } from 'croner';
import { isPointer } from '../hook/json-pointer.ts';

export type TriggerKind = 'cron' | 'webhook' | 'once';

export interface CronSpec {
  readonly kind: 'cron';
  readonly cron: string;
  readonly timeZone: string;
  /** Name of the input that gets the due time; empty = none. */
  readonly dueAtInput: string;
}

export interface OnceSpec {
  readonly kind: 'once';
  readonly at: number;
  readonly dueAtInput: string;
}

export interface WebhookSpec {
  readonly kind: 'webhook';
  /** Name in the path beside its sid; empty = none. */
  readonly slug: string;
  /** Input name to JSON Pointer; absent = the body is the inputs. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** Gives the inputs instead; empty = none. */
  readonly jsonata: string;
  readonly dueAtInput: '';
}

export type Spec = CronSpec | OnceSpec | WebhookSpec;

/** INVALID_ARGUMENT naming what is wrong below `spec`. */
export function parseSpec(kind: TriggerKind, text: string): Spec {
  const members = parseMembers(text);
  if (kind === 'cron') return parseCron(members);
  if (kind === 'once') return parseOnce(members);
  return parseWebhook(members);
}

const read = new Map<string, Spec>();

/** The spec of a trigger that was written before, and so is known to be right. */
export function specOf({ kind, spec }: { readonly kind: TriggerKind; readonly spec: string }): Spec {
  const key = `${kind}|${spec}`;
  const known = read.get(key) ?? parseSpec(kind, spec);
  if (read.size >= MAX_COMPILED) read.delete(read.keys().next().value as string);
  read.set(key, known);
  return known;
}

/** The first time after `after`; undefined = there is none. */
export function nextAfter(spec: Spec, after: number): number | undefined {
  if (spec.kind === 'webhook') return undefined;
  if (spec.kind === 'once') return spec.at > after ? spec.at : undefined;
  return cronOf(spec.cron, spec.timeZone).nextRun(new Date(after))?.getTime();
}

/** Up to `count` times after `after`. */
export function timesAfter(spec: Spec, after: number, count: number): number[] {
  const times: number[] = [];
  for (let at = nextAfter(spec, after); at !== undefined && times.length < count; at = nextAfter(spec, at))
    times.push(at);
  return times;
}

/** By how much a due time is put off: always the same for the same one, so that every process agrees. */
export function jitterOf(trigger: { readonly sid: string; readonly jitterMs: number }, dueAt: number): number {
  if (trigger.jitterMs === 0) return 0;
  const hash = createHash('sha256').update(`${trigger.sid}|${dueAt}`).digest();
  return Math.floor((hash.readUInt32BE(0) / 2 ** 32) * trigger.jitterMs);
}

type Members = Readonly<Record<string, unknown>>;

const wrong = (field: string, description: string) => invalid([{ field, description }]);

function parseMembers(text: string): Members {
  const problem = documentProblem(text) ?? (jsonType(text) === 'object' ? undefined : 'must be a JSON object');
  if (problem !== undefined) throw wrong('spec', problem);
  return JSON.parse(text) as Members;
}

/** INVALID_ARGUMENT naming the members that the kind does not have. */
function checkMembers(members: Members, known: readonly string[]): void {
  const unknown = Object.keys(members).filter((name) => !known.includes(name));
  const description = `is unknown; a spec of this kind has ${known.join(', ')}`;
  const violations: Violation[] = unknown.map((name) => ({ field: `spec.${name}`, description }));
  if (violations.length > 0) throw invalid(violations);
}

function textMember(members: Members, name: string, fallback?: string): string {
  const value = members[name] ?? fallback;
  if (typeof value === 'string' && value.length <= 1000) return value;
  throw wrong(`spec.${name}`, value === undefined ? 'is required' : 'must be a text of at most 1,000 characters');
}

function parseCron(members: Members): CronSpec {
  checkMembers(members, ['cron', 'time_zone', 'due_at_input']);
  const cron = textMember(members, 'cron').trim();
  const timeZone = textMember(members, 'time_zone', 'UTC');
  if (!isTimeZone(timeZone)) {
    throw wrong('spec.time_zone', `"${timeZone}" is no time zone; write an IANA name such as Europe/Berlin, or UTC`);
  }
  const spec: CronSpec = { kind: 'cron', cron, timeZone, dueAtInput: textMember(members, 'due_at_input', '') };
  if (nextRunOrProblem(spec) === undefined) throw wrong('spec.cron', `"${cron}" never comes; check day and month`);
  return spec;
}

/** Some run from a fixed moment on, so that a spec that was accepted stays accepted. */
function nextRunOrProblem({ cron, timeZone }: CronSpec): Date | null | undefined {
  try {
    if (/^\d{4}-/.test(cron)) throw new Error('a moment is of kind once');
    return cronOf(cron, timeZone).nextRun(new Date(0)) ?? undefined;
  } catch (error) {
    const why = (error as Error).message.replace(/^Cron\w+: /, '');
    throw wrong('spec.cron', `"${cron}" is no cron expression (${why}); write five fields such as "0 9 * * 1-5"`);
  }
}

function parseOnce(members: Members): OnceSpec {
  checkMembers(members, ['at', 'due_at_input']);
  const at = momentOf(members.at);
  if (at === undefined) {
    throw wrong(
      'spec.at',
      'must be milliseconds since the epoch, or a time with its zone such as 2026-12-24T18:00:00Z',
    );
  }
  return { kind: 'once', at, dueAtInput: textMember(members, 'due_at_input', '') };
}

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/;

function parseWebhook(members: Members): WebhookSpec {
  checkMembers(members, ['slug', 'inputs', 'jsonata']);
  const slug = textMember(members, 'slug', '');
  // A sid has 26 characters: a slug of that length could be taken for one.
  if (slug !== '' && (!SLUG.test(slug) || slug.length === 26)) {
    throw wrong(
      'spec.slug',
      'must be 1 to 100 lower-case letters, digits and hyphens, with a letter or digit at both ends, and not exactly 26 long, as sids are',
    );
  }
  const { inputs, jsonata = '' } = members;
  if (inputs !== undefined && jsonata !== '')
    throw wrong('spec.jsonata', 'cannot stand beside inputs; take one of them');
  if (typeof jsonata !== 'string' || jsonata.length > 10_000) {
    throw wrong('spec.jsonata', 'must be a text of at most 10,000 characters');
  }
  return { kind: 'webhook', slug, inputs: pointersOf(inputs), jsonata, dueAtInput: '' };
}

function pointersOf(inputs: unknown): WebhookSpec['inputs'] {
  if (inputs === undefined) return undefined;
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
    throw wrong('spec.inputs', 'must be an object of input names and JSON Pointers');
  }
  const violations = Object.entries(inputs)
    .filter(([, pointer]) => typeof pointer !== 'string' || !isPointer(pointer))
    .map(([name]) => ({ field: `spec.inputs.${name}`, description: 'must be a JSON Pointer such as /data/customer' }));
  if (violations.length > 0) throw invalid(violations);
  return inputs as Record<string, string>;
}

const WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;
const LATEST_MS = Date.parse('9999-12-31T00:00:00Z');

function momentOf(value: unknown): number | undefined {
  const at = typeof value === 'string' && WITH_ZONE.test(value) ? Date.parse(value) : value;
  return typeof at === 'number' && Number.isInteger(at) && at >= 0 && at <= LATEST_MS ? at : undefined;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const compiled = new Map<string, Cron>();
const MAX_COMPILED = 5000;

function cronOf(expression: string, timezone: string): Cron {
  const key = `${timezone}|${expression}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const cron = new Cron(expression, { timezone, paused: true });
  if (compiled.size >= MAX_COMPILED) compiled.delete(compiled.keys().next().value as string);
  compiled.set(key, cron);
  return cron;
}

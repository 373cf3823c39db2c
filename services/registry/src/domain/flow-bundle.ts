// A flow as it is taken from one library to another: with its versions and examples, without sids and times. What is wrong with one, and how it
// differs from what a library has.

import { type HeroError, invalid, type Violation } from '@hero-logic/platform';
import type { VersionContent } from './commands/draft-version.ts';
import { contentProblem, type ExampleContent } from './example.ts';
import type { Field } from './field.ts';
import { hasLimits, NO_LIMITS, type Version } from './version.ts';

export interface FlowBundle {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly archived: boolean;
  /** 0 = there is no version. */
  readonly currentNumber: number;
  /** 1, 2, ... in this order. */
  readonly versions: readonly BundledVersion[];
  readonly examples: readonly BundledExample[];
}

export interface BundledVersion extends VersionContent {
  /** Empty = chosen as for a new version. */
  readonly entry: string;
}

export interface BundledExample {
  /** Its version sid is empty. */
  readonly content: ExampleContent;
  /** 0 = every version. */
  readonly versionNumber: number;
}

/** What is wrong with a bundle by itself, whatever is in the library. */
export function bundleViolations(bundle: FlowBundle): Violation[] {
  const { versions, examples, currentNumber } = bundle;
  const wrong: Violation[] = [];
  const count = versions.length;
  if (count === 0 ? currentNumber !== 0 : currentNumber < 1 || currentNumber > count) {
    const description = count === 0 ? 'must be 0, as there is no version' : `must be one of the versions 1 to ${count}`;
    wrong.push({ field: 'flow.current_number', description });
  }
  const sources = new Map<string, number>();
  versions.forEach(({ source }, i) => {
    const other = sources.get(source);
    if (other === undefined) sources.set(source, i + 1);
    else
      wrong.push({
        field: versionPath(i, 'python_source'),
        description: `is that of version ${other}; sources must differ`,
      });
  });
  const names = new Set<string>();
  examples.forEach(({ content, versionNumber }, i) => {
    const path = `flow.examples[${i}]`;
    if (names.has(content.name)) {
      wrong.push({ field: `${path}.name`, description: `"${content.name}" is there twice; names must differ` });
    }
    names.add(content.name);
    if (versionNumber > count) {
      wrong.push({ field: `${path}.version_number`, description: `is ${versionNumber}; there are ${count} versions` });
    }
    wrong.push(...under(path, contentProblem(content)));
  });
  return wrong;
}

/** What differs between a version of the library and the one that is to be brought in under its number. */
export function versionDifferences(
  present: Version,
  given: BundledVersion,
  sha256: string,
  index: number,
): Violation[] {
  const differs: Violation[] = [];
  const compare = (field: string, here: unknown, there: unknown) => {
    const [a, b] = [JSON.stringify(here), JSON.stringify(there)];
    if (a !== b)
      differs.push({ field: versionPath(index, field), description: `is ${short(a)} in the library, not ${short(b)}` });
  };
  if (sha256 !== present.sha256) {
    differs.push({ field: versionPath(index, 'python_source'), description: 'is another one in the library' });
  }
  const number = index + 1;
  compare('label', present.label, given.label === '' ? `v${number}` : given.label);
  compare('notes', present.notes, given.notes);
  if (given.entry !== '') compare('entry', present.entry, given.entry);
  if (given.inputs.length > 0) compare('inputs', present.inputs, typed(given.inputs, present.inputs));
  if (given.outputs.length > 0) compare('outputs', present.outputs, typed(given.outputs, present.outputs));
  if (hasLimits(present.limits) || hasLimits(given.limits)) {
    compare('limits', { ...NO_LIMITS, ...present.limits }, { ...NO_LIMITS, ...given.limits });
  }
  return differs;
}

/** A field without a type is read from the source, as when the version was written. */
function typed(given: readonly Field[], present: readonly Field[]): Field[] {
  const types = new Map(present.map((field) => [field.name, field.type]));
  return given.map((field) => {
    const { name, description, required, schema } = field;
    return { name, type: field.type ?? types.get(name), description, required, default: field.default, schema };
  });
}

export function versionPath(index: number, field: string): string {
  return `flow.versions[${index}].${field}`;
}

/** The violations of an error, named from the whole. */
export function under(path: string, error: HeroError | undefined): Violation[] {
  if (error === undefined) return [];
  const own = error.violations.length > 0 ? error.violations : [{ field: '', description: error.message }];
  return own.map(({ field, description }) => ({ field: field === '' ? path : `${path}.${field}`, description }));
}

export function refuseBundle(wrong: readonly Violation[]): void {
  if (wrong.length > 0) throw invalid([...wrong]);
}

function short(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`;
}

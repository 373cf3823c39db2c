// The input of a play: what the caller sent, with defaults filled, checked against the declared fields. The caller's text stays
// as it came; what is missing is appended to it as raw text.

import {
  documentProblem,
  invalid,
  isOfFieldType,
  jsonMembers,
  jsonObject,
  jsonType,
  type SchemaCheck,
  type Violation,
} from '@hero-logic/platform';
import type { InputField } from './catalog.ts';

export interface InputSources {
  /** JSON text from the caller; empty = {}. */
  readonly inputData: string;
  /** Inputs as one JSON object, taken where the caller gives none. */
  readonly example: string;
}

export interface FilledInputs {
  readonly inputData: string;
  readonly warnings: readonly string[];
}

/** INVALID_INPUT naming every offending field as `input_data.NAME`. */
export function fillInputs(fields: readonly InputField[], sources: InputSources, schemas: SchemaCheck): FilledInputs {
  const text = sources.inputData === '' ? '{}' : sources.inputData;
  const problem = documentProblem(text) ?? (jsonType(text) === 'object' ? undefined : 'must be a JSON object');
  if (problem !== undefined) throw invalid([{ field: 'input_data', description: problem }], 'INVALID_INPUT');
  const given = jsonMembers(text);
  const declared = new Map(fields.map((field) => [field.name, field]));
  const names = new Set(given.map(([name]) => name));
  const fromExample = jsonMembers(sources.example).filter(([name]) => !names.has(name));
  const warnings = fromExample
    .filter(([name]) => !declared.has(name))
    .map(([name]) => `the example's input "${name}" is not an input of this version and was left out`);
  const usable = fromExample.filter(([name]) => declared.has(name));
  const present = new Set([...names, ...usable.map(([name]) => name)]);
  const defaults = fields
    .filter((field) => field.default !== '' && !present.has(field.name))
    .map((field) => [field.name, field.default] as const);
  const violations = [
    ...unfit(fields, given, schemas),
    ...missing(fields, present),
    ...usable.flatMap(([name, raw]) => wrongValue(declared.get(name), raw, schemas)),
  ];
  if (violations.length > 0) throw invalid(violations, 'INVALID_INPUT');
  return { inputData: bounded(append(text, [...usable, ...defaults])), warnings };
}

/** What is wrong with some inputs, whatever the others will be. */
export function unfit(
  fields: readonly InputField[],
  given: readonly [string, string][],
  schemas: SchemaCheck,
): Violation[] {
  const declared = new Map(fields.map((field) => [field.name, field]));
  return [
    ...repeated(given),
    ...given
      .filter(([name]) => !declared.has(name))
      .map(([name]) => ({ field: `input_data.${name}`, description: unknownInput(fields) })),
    ...given.flatMap(([name, raw]) => wrongValue(declared.get(name), raw, schemas)),
  ];
}

/** What to say of a name that is not among the inputs. */
export function unknownInput(fields: readonly InputField[]): string {
  const known = fields.map((field) => field.name).join(', ');
  return known === '' ? 'is unknown; this flow has no inputs' : `is unknown; the inputs are ${known}`;
}

function repeated(given: readonly [string, string][]): Violation[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const [name] of given) (seen.has(name) ? twice : seen).add(name);
  return [...twice].map((name) => ({ field: `input_data.${name}`, description: 'is given twice' }));
}

function missing(fields: readonly InputField[], present: ReadonlySet<string>): Violation[] {
  return fields
    .filter((field) => field.required && field.default === '' && !present.has(field.name))
    .map((field) => ({ field: `input_data.${field.name}`, description: 'is required' }));
}

function wrongValue(field: InputField | undefined, raw: string, schemas: SchemaCheck): Violation[] {
  if (field === undefined) return [];
  const path = `input_data.${field.name}`;
  if (jsonType(raw) === 'null' && field.default !== '' && jsonType(field.default) === 'null') return [];
  const broken = field.schema === '' ? undefined : schemas.problem(field.schema);
  if (broken !== undefined) return [{ field: path, description: `cannot be checked: its declared schema ${broken}` }];
  if (!isOfFieldType(raw, field.type === 'any' ? '' : field.type, field.schema))
    return [{ field: path, description: expected(field, raw) }];
  return field.schema === '' ? [] : schemas.violations(field.schema, raw, path);
}

function expected(field: InputField, raw: string): string {
  const article = /^[aeiou]/.test(field.type) ? 'an' : 'a';
  const given = jsonType(raw);
  return given === 'number'
    ? `must be ${article} ${field.type}, not ${raw.slice(0, 40)}`
    : `must be ${article} ${field.type}, not ${given}`;
}

/** The object's text with further members at its end. */
function append(text: string, members: readonly (readonly [string, string])[]): string {
  if (members.length === 0) return text;
  const more = jsonObject(members).slice(1);
  const head = text.trimEnd().slice(0, -1);
  return head.trimEnd().endsWith('{') && jsonMembers(text).length === 0 ? `${head}${more}` : `${head},${more}`;
}

function bounded(text: string): string {
  const problem = documentProblem(text);
  if (problem === undefined) return text;
  throw invalid([{ field: 'input_data', description: `with its defaults ${problem}` }], 'INVALID_INPUT');
}

// Whether values are inputs that a version takes: names, types and schemas as it declares them.

import { documentProblem, isOfFieldType, jsonMembers, jsonType, type SchemaCheck } from '@hero-logic/platform';
import type { DeclaredInput } from './ports.ts';

/** What is wrong with a JSON text as the inputs of a play; nothing when it can be started with them. */
export function inputProblems(text: string, inputs: readonly DeclaredInput[], schemas: SchemaCheck): string[] {
  if (jsonType(text) !== 'object') return [`is a JSON ${jsonType(text)}, not an object of inputs`];
  const given = new Map(jsonMembers(text));
  const declared = new Set(inputs.map((input) => input.name));
  const unknown = [...given.keys()].filter((name) => !declared.has(name)).map((name) => `${name} is no input`);
  return [...unknown, ...valuesProblems(given, inputs, schemas)];
}

/** The same for values by name, of which those that are no inputs are left out when a play is started. */
export function valuesProblems(
  given: ReadonlyMap<string, string>,
  inputs: readonly DeclaredInput[],
  schemas: SchemaCheck,
): string[] {
  return inputs.flatMap((input) => valueProblems(input, given.get(input.name), schemas));
}

function valueProblems(input: DeclaredInput, value: string | undefined, schemas: SchemaCheck): string[] {
  const { name, required, schema } = input;
  if (value === undefined) return required && input.default === '' ? [`${name} is missing`] : [];
  const problem = documentProblem(value);
  if (problem !== undefined) return [`${name} ${problem}`];
  if (jsonType(value) === 'null' && input.default !== '' && jsonType(input.default) === 'null') return [];
  if (!isOfFieldType(value, input.type, schema)) return [`${name} must be of type ${input.type}`];
  return schema === '' ? [] : schemas.violations(schema, value, name).map((v) => `${v.field} ${v.description}`);
}

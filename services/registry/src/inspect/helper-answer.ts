// What the helper writes, and what it means to the domain. Its texts are bounded here, as they come from anybody's source.

import type { Field, FieldType } from '../domain/field.ts';
import { type Inspection, invalidSource, type OutlineFlow } from '../domain/inspection.ts';

interface HelperField {
  readonly name: string;
  readonly type: FieldType | null;
  readonly description: string;
  readonly required: boolean;
  readonly default: string;
  readonly schema: string;
}

interface HelperOutline {
  readonly entry: string;
  readonly description: string;
  readonly line: number;
  readonly column: number;
  readonly inputs: readonly HelperField[];
  readonly outputs: readonly HelperField[];
  readonly flows: readonly OutlineFlow[];
  readonly dependencies: readonly string[];
  readonly requires_python: string;
}

export interface HelperAnswer {
  readonly id: number;
  readonly ok?: HelperOutline;
  readonly error?: { readonly message: string; readonly line: number; readonly column: number };
  /** The helper leaves after this answer. */
  readonly last?: true;
}

const MAX_FIELDS = 200;
const MAX_NAME = 200;
const MAX_DESCRIPTION = 10_000;
const MAX_STEP_NAME = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

/** INVALID_SOURCE when a declaration is over the bounds of a field. */
export function inspectionFrom(outline: HelperOutline): Inspection {
  const { line, column } = outline;
  const refuse = (problem: string) =>
    invalidSource(`the declaration of "${outline.entry.slice(0, MAX_NAME)}": ${problem}`, { line, column });
  if (outline.entry.length > MAX_NAME || CONTROL.test(outline.entry)) {
    throw refuse(`its name is not 1 to ${MAX_NAME} characters without control characters`);
  }
  const fields = (what: string, read: readonly HelperField[]): Field[] => {
    if (read.length > MAX_FIELDS) throw refuse(`${read.length} ${what}; at most ${MAX_FIELDS} are allowed`);
    return read.map((field) => {
      if (field.name.length > MAX_NAME || field.name === '' || CONTROL.test(field.name)) {
        throw refuse(`a name among the ${what} is not 1 to ${MAX_NAME} characters without control characters`);
      }
      return { ...field, type: field.type ?? undefined, description: field.description.slice(0, MAX_DESCRIPTION) };
    });
  };
  return {
    outline: { entry: outline.entry, description: outline.description, flows: outline.flows.map(shortened) },
    inputs: fields('inputs', outline.inputs),
    outputs: fields('outputs', outline.outputs),
    packages: { dependencies: outline.dependencies, requiresPython: outline.requires_python },
    line,
    column,
  };
}

function shortened(flow: OutlineFlow): OutlineFlow {
  return { ...flow, name: flow.name.slice(0, MAX_STEP_NAME), title: flow.title.slice(0, MAX_STEP_NAME) };
}

// Saved inputs of a workflow, and how they become the input of a play. Values are JSON texts and stay as they were written.

import { documentViolation, type HeroError, invalid, jsonObject, type Violation } from '@hero-logic/platform';
import { type Field, valueViolations } from './field.ts';

/** Pairs of name and JSON text, in the order of the names: equal content is equal text. */
export type JsonValues = readonly (readonly [name: string, json: string])[];

export interface ExampleContent {
  readonly name: string;
  readonly description: string;
  /** Empty = every version. */
  readonly workflowVersionSid: string;
  readonly inputValues: JsonValues;
  readonly resumes: JsonValues;
  /** JSON text; empty = nothing to compare with. */
  readonly expectedOutput: string;
  readonly tags: readonly string[];
}

export interface Example extends ExampleContent {
  readonly sid: string;
  readonly workflowSid: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function jsonValues(values: Readonly<Record<string, string>>): JsonValues {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** INVALID_JSON naming every text that is not a JSON document. */
export function contentProblem(content: ExampleContent): HeroError | undefined {
  const broken: Violation[] = [
    ...textViolations('input_values', content.inputValues),
    ...textViolations('resumes', content.resumes),
    ...documentViolation('expected_output', content.expectedOutput),
  ];
  return broken.length > 0 ? invalid(broken, 'INVALID_JSON') : undefined;
}

function textViolations(field: string, values: JsonValues): Violation[] {
  return values.flatMap(([name, json]) =>
    json === ''
      ? [{ field: `${field}.${name}`, description: 'is empty; leave it out, or write the empty string as ""' }]
      : documentViolation(`${field}.${name}`, json),
  );
}

/** The content as one text, for comparing. */
export function contentText(content: ExampleContent): string {
  const { name, description, workflowVersionSid, inputValues, resumes, expectedOutput, tags } = content;
  return JSON.stringify([name, description, workflowVersionSid, inputValues, resumes, expectedOutput, tags]);
}

/** The example as it is after an upsert; the very object when nothing changes. */
export function upserted(
  present: Example | undefined,
  content: ExampleContent,
  made: { sid: string; workflowSid: string; now: number },
): Example {
  if (present === undefined) {
    return { ...content, sid: made.sid, workflowSid: made.workflowSid, createdAt: made.now, updatedAt: made.now };
  }
  if (contentText(present) === contentText(content)) return present;
  return { ...present, ...content, updatedAt: Math.max(made.now, present.updatedAt) };
}

export interface InputData {
  /** The input object as JSON text, members in the order of the declaration. */
  readonly text: string;
  readonly warnings: readonly string[];
}

/** Unknown keys are dropped with a warning; INVALID_ARGUMENT names every value that is not of its declared type. */
export function toInputData(example: Example, inputs: readonly Field[], version: string): InputData {
  const values = new Map(example.inputValues);
  const members: [string, string][] = [];
  const wrong: Violation[] = [];
  for (const field of inputs) {
    const json = values.get(field.name);
    values.delete(field.name);
    if (json === undefined) continue;
    wrong.push(...valueViolations(field, json, `input_values.${field.name}`));
    members.push([field.name, json]);
  }
  if (wrong.length > 0) throw invalid(wrong);
  const warnings = [...values.keys()].map((name) => `input_values.${name} was left out: ${version} has no such input`);
  return { text: jsonObject(members), warnings };
}

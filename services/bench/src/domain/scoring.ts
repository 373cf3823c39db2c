// Comparing an output with what was expected. JSON texts in, 0 or 1 out.

import { jsonElements, jsonEqual, jsonMembers, jsonType, type SchemaCheck } from '@hero-logic/platform';
import type { Scoring } from './benchmark.ts';

/** The score of an output, for the methods that need nothing but the texts. */
export function scoreOf(scoring: Scoring, expected: string, output: string, schemas: SchemaCheck): number {
  switch (scoring.method) {
    case 'schema':
      return schemas.violations(expected, output, 'output').length === 0 ? 1 : 0;
    case 'subset':
      return contains(output, expected, scoring.tolerance) ? 1 : 0;
    default:
      return jsonEqual(expected, output) ? 1 : 0;
  }
}

/** Every member that is expected is there; objects may have more, lists are compared element by element. */
export function contains(output: string, expected: string, tolerance: number): boolean {
  const type = jsonType(expected);
  if (type === 'number' && jsonType(output) === 'number') return isClose(output, expected, tolerance);
  if (type !== jsonType(output)) return false;
  if (type === 'array') return containsElements(output, expected, tolerance);
  if (type !== 'object') return jsonEqual(output, expected);
  const present = new Map(jsonMembers(output));
  return [...jsonMembers(expected)].every(([name, value]) => {
    const found = present.get(name);
    return found !== undefined && contains(found, value, tolerance);
  });
}

function containsElements(output: string, expected: string, tolerance: number): boolean {
  const present = jsonElements(output);
  const wanted = jsonElements(expected);
  return (
    present.length === wanted.length && wanted.every((value, i) => contains(present[i] as string, value, tolerance))
  );
}

function isClose(output: string, expected: string, tolerance: number): boolean {
  if (jsonEqual(output, expected)) return true;
  return tolerance > 0 && Math.abs(Number(output) - Number(expected)) <= tolerance * Math.abs(Number(expected));
}

/** What a scoring flow returned: a number from 0 to 1, or an object with one as "score". */
export function scoreFromFlow(output: string): number | undefined {
  const text = jsonType(output) === 'object' ? new Map(jsonMembers(output)).get('score') : output;
  if (text === undefined || jsonType(text) !== 'number') return undefined;
  const score = Number(text);
  return score >= 0 && score <= 1 ? score : undefined;
}

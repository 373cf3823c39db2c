// The bounds of a JSON document: valid JSON, 4 MiB of UTF-8, nesting 200, no lone surrogate (it could not be stored as UTF-8).

import type { Violation } from '../errors/hero-error.ts';
import { jsonDepth } from './json-text.ts';

export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
export const MAX_DOCUMENT_DEPTH = 200;

/** What is wrong with a text as a JSON document; undefined = nothing. */
export function documentProblem(text: string): string | undefined {
  if (Buffer.byteLength(text) > MAX_DOCUMENT_BYTES)
    return 'is larger than 4 MiB; put large data elsewhere and pass a reference';
  if (!text.isWellFormed()) return 'has a lone surrogate; write it as an escape such as \\ud800';
  if (jsonDepth(text) > MAX_DOCUMENT_DEPTH) return `nests deeper than ${MAX_DOCUMENT_DEPTH} levels`;
  try {
    JSON.parse(text);
  } catch (error) {
    return `is not JSON: ${(error as Error).message}`;
  }
  return undefined;
}

/** The problem of a field, or nothing. Empty texts mean "left out" and are fine. */
export function documentViolation(field: string, text: string): Violation[] {
  if (text === '') return [];
  const problem = documentProblem(text);
  return problem === undefined ? [] : [{ field, description: problem }];
}

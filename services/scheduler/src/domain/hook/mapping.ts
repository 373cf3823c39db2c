// From the body of a delivery to the input of a play. JSON Pointers take the very text of a value, so that nothing is re-encoded; a JSONata
// expression computes with JavaScript's numbers, so a body with an integer beyond 2^53 is refused there.

import { documentProblem, invalid, jsonMembers, jsonObject, jsonType } from '@hero-logic/platform';
import type { WebhookSpec } from '../trigger/schedule.ts';
import { atPointer } from './json-pointer.ts';

/** Runs JSONata, in bounded time. */
export interface Transforms {
  /** What is wrong with an expression; undefined = nothing. */
  problem(expression: string): string | undefined;
  /** The result as JSON text; undefined = it has none. HOOK_MAPPING. */
  run(expression: string, body: string): Promise<string | undefined>;
}

/** The input: what the body gives, over the trigger's own input. INVALID_JSON, HOOK_MAPPING. */
export async function mapBody(
  spec: WebhookSpec,
  body: Uint8Array,
  base: string,
  transforms: Transforms,
): Promise<string> {
  const text = textOf(body);
  const given =
    spec.jsonata === '' ? byPointers(spec.inputs, text) : await byExpression(spec.jsonata, text, transforms);
  const names = new Set(given.map(([name]) => name));
  const others = jsonMembers(base === '' ? '{}' : base).filter(([name]) => !names.has(name));
  return jsonObject([...others, ...given]);
}

type Members = [name: string, raw: string][];

function textOf(body: Uint8Array): string {
  let text: string | undefined;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    // Said below, like other bodies that are no JSON.
  }
  const problem = text === undefined ? 'is not UTF-8' : documentProblem(text);
  if (text === undefined || problem !== undefined)
    throw invalid([{ field: 'body', description: problem ?? '' }], 'INVALID_JSON');
  return text;
}

function byPointers(inputs: WebhookSpec['inputs'], text: string): Members {
  if (inputs === undefined) return objectMembers(text, 'body');
  return Object.entries(inputs).flatMap(([name, pointer]) => {
    const raw = atPointer(text, pointer);
    // A value that is not there is an input that was not given: the flow's default, or what it says is missing.
    return raw === undefined ? [] : [[name, raw] as [string, string]];
  });
}

async function byExpression(expression: string, text: string, transforms: Transforms): Promise<Members> {
  refuseLargeIntegers(text);
  return objectMembers((await transforms.run(expression, text)) ?? 'null', 'jsonata');
}

function objectMembers(text: string, field: string): Members {
  if (jsonType(text) === 'object') return [...new Map(jsonMembers(text))];
  const description =
    field === 'body' ? 'must be an object, or the spec must map it to inputs' : 'must give an object of inputs';
  throw invalid([{ field, description }], 'HOOK_MAPPING');
}

function refuseLargeIntegers(text: string): void {
  JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return value;
    const description = `has the number ${context?.source?.slice(0, 40)}, which JSONata would damage; take it with a JSON Pointer`;
    throw invalid([{ field: 'body', description }], 'HOOK_MAPPING');
  });
}

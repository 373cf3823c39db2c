// Whether a JSON text is a value of a declared field: one rule for the registry, for the start of a play, and for benchmarks.

import { jsonType } from './json-text.ts';

/** `type` '' = any JSON value. null counts only where the schema (JSON text, may be empty) names it. */
export function isOfFieldType(text: string, type: string, schema: string): boolean {
  const found = jsonType(text);
  if (type === '') return true;
  if (found === 'null') return schema !== '' && namesNull(JSON.parse(schema));
  return type === 'integer' ? found === 'number' && isIntegerText(text) : found === type;
}

/** Whether a JSON number has no fraction, in the sense of JSON Schema: 5, 5.0 and 50e-1 have none, 5.5 has. Exact for any size. */
function isIntegerText(raw: string): boolean {
  const match = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(raw.trim());
  if (match === null) return false;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const trailingZeros = digits.length - digits.replace(/0+$/, '').length;
  if (trailingZeros === digits.length) return true;
  return BigInt(exponent) - BigInt(fraction.length) + BigInt(trailingZeros) >= 0n;
}

/** By name, not only because it says nothing about it. */
function namesNull(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false;
  const { type, enum: values, const: value, anyOf, oneOf } = schema as Record<string, unknown>;
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return true;
  if ((Array.isArray(values) && values.includes(null)) || value === null) return true;
  return [anyOf, oneOf].some((branches) => Array.isArray(branches) && branches.some(namesNull));
}

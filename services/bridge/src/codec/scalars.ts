// One scalar: its JSON text to the value that protobuf-es takes. The result is the value, or what is wrong with it.

import { ScalarType } from '@bufbuild/protobuf';
import { jsonType } from '@hero-logic/platform';
import { integerOf } from './integers.ts';

export type Decoded = { readonly value: unknown } | { readonly problem: string };

const I32 = { min: -(2n ** 31n), max: 2n ** 31n - 1n };
const U32 = { min: 0n, max: 2n ** 32n - 1n };
const I64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const U64 = { min: 0n, max: 2n ** 64n - 1n };

const RANGES: Partial<Record<ScalarType, { readonly min: bigint; readonly max: bigint }>> = {
  [ScalarType.INT32]: I32,
  [ScalarType.SINT32]: I32,
  [ScalarType.SFIXED32]: I32,
  [ScalarType.UINT32]: U32,
  [ScalarType.FIXED32]: U32,
  [ScalarType.INT64]: I64,
  [ScalarType.SINT64]: I64,
  [ScalarType.SFIXED64]: I64,
  [ScalarType.UINT64]: U64,
  [ScalarType.FIXED64]: U64,
};

export function scalarFromJson(type: ScalarType, raw: string): Decoded {
  switch (type) {
    case ScalarType.STRING:
      return textFromJson(raw);
    case ScalarType.BOOL:
      return jsonType(raw) === 'boolean' ? { value: raw === 'true' } : mustBe('true or false', raw);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return doubleFromJson(raw);
    case ScalarType.BYTES:
      return { problem: 'cannot be given over JSON-RPC' };
    default:
      return integerFromJson(raw, RANGES[type] ?? I32, is64(type));
  }
}

export function textFromJson(raw: string): Decoded {
  if (jsonType(raw) !== 'string') return mustBe('a string', raw);
  const value = JSON.parse(raw) as string;
  return value.isWellFormed() ? { value } : { problem: 'has a lone surrogate, which is no character' };
}

export function integerFromJson(
  raw: string,
  range: { readonly min: bigint; readonly max: bigint },
  asBigint: boolean,
): Decoded {
  if (jsonType(raw) !== 'number') return mustBe('an integer', raw);
  const value = integerOf(raw);
  if (value === undefined || value < range.min || value > range.max) {
    return { problem: `must be an integer from ${range.min} to ${range.max}` };
  }
  return { value: asBigint ? value : Number(value) };
}

function is64(type: ScalarType): boolean {
  const range = RANGES[type];
  return range === I64 || range === U64;
}

/** "must be a string, not a number" */
export function mustBe(what: string, raw: string): { readonly problem: string } {
  const type = jsonType(raw);
  const article = type === 'object' || type === 'array' ? 'an ' : type === 'null' ? '' : 'a ';
  return { problem: `must be ${what}, not ${article}${type}` };
}

function doubleFromJson(raw: string): Decoded {
  if (jsonType(raw) !== 'number') return mustBe('a number', raw);
  const value = Number(raw);
  return Number.isFinite(value) ? { value } : { problem: 'is too large a number' };
}

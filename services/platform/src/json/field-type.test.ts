// Contract: a value is of a type by what it is, not by how it is written, at any size; null is one only where the schema says so.

import { expect, it } from 'vitest';
import { isOfFieldType } from './field-type.ts';

it.each<[string, string, boolean]>([
  ['integer', '1', true],
  ['integer', ' -0 ', true],
  ['integer', '1.0', true],
  ['integer', '1e3', true],
  ['integer', '15e-1', false],
  ['integer', '150e-1', true],
  ['integer', '9007199254740993', true],
  ['integer', '9007199254740993.5', false],
  ['integer', '"1"', false],
  ['integer', 'true', false],
  ['number', '1.5', true],
  ['number', 'null', false],
  ['string', '""', true],
  ['boolean', 'false', true],
  ['object', '{}', true],
  ['object', '[]', false],
  ['array', '[1]', true],
  ['', 'null', true],
  ['', '1', true],
])('%s takes %s: %s', (type, text, expected) => {
  expect(isOfFieldType(text, type, '')).toBe(expected);
});

it.each<[string, boolean]>([
  ['', false],
  ['{"minimum":1}', false],
  ['{"type":"integer"}', false],
  ['{"type":["integer","null"]}', true],
  ['{"enum":[1,null]}', true],
  ['{"anyOf":[{"type":"integer"},{"type":"null"}]}', true],
  ['{"const":null}', true],
])('an integer with the schema %s takes null: %s', (schema, expected) => {
  expect(isOfFieldType('null', 'integer', schema)).toBe(expected);
  expect(isOfFieldType('"x"', 'integer', schema)).toBe(false);
  expect(isOfFieldType('1', 'integer', schema)).toBe(true);
});

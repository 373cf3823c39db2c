// Contract: a value is of a type by what it is, not by how it is written, at any size.

import { expect, it } from 'vitest';
import { type FieldType, isOfType } from './field.ts';

it.each<[FieldType | undefined, string, boolean]>([
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
  [undefined, 'null', true],
])('%s takes %s: %s', (type, text, expected) => {
  expect(isOfType(type, text)).toBe(expected);
});

// Contract: looking into a JSON text never changes it. Slices are the very text; equality is that of JSON values, exact for any number.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, jsonDepth, jsonElements, jsonEqual, jsonMembers, jsonObject, jsonType } from './json-text.ts';

const spaced = fc
  .json({ maxDepth: 5 })
  .chain((text) => fc.constantFrom(text, JSON.stringify(JSON.parse(text), null, 2), ` \n\t${text}\r\n`));

describe('slices', () => {
  it('give back every value as it stood', () => {
    expect(jsonMembers(' {"a" : {"x":[1,"}\\"]"]} , "b":1.50, "a":12345678901234567890 }')).toEqual([
      ['a', '{"x":[1,"}\\"]"]}'],
      ['b', '1.50'],
      ['a', '12345678901234567890'],
    ]);
    expect(jsonElements('[1.0 , "a,b" ,[ ] , {"c":"\\\\"}]')).toEqual(['1.0', '"a,b"', '[ ]', '{"c":"\\\\"}']);
    expect(jsonMembers('{}')).toEqual([]);
    expect(jsonElements(' [ ] ')).toEqual([]);
  });

  it('agree with JSON.parse on any value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), spaced), (members) => {
        const text = jsonObject(Object.entries(members));
        expect(jsonMembers(text).map(([k, v]) => [k, JSON.parse(v)])).toEqual(
          Object.entries(members).map(([k, v]) => [k, JSON.parse(v)]),
        );
      }),
    );
  });

  it('know the type by the first character', () => {
    expect(['{}', ' []', '"x"', '-1', 'true', 'null', '0.5'].map(jsonType)).toEqual([
      'object',
      'array',
      'string',
      'number',
      'boolean',
      'null',
      'number',
    ]);
  });
});

describe('equality', () => {
  it.each([
    ['1', '1.0', true],
    ['1e2', '100', true],
    ['-0', '0.00', true],
    ['0.1', '1e-1', true],
    ['9007199254740993', '9007199254740992', false],
    ['1e400', '1e401', false],
    ['{"a":1,"b":2}', '{"b":2, "a":1}', true],
    ['{"__proto__":1}', '{}', false],
    ['[1,2]', '[2,1]', false],
    ['"é"', '"\\u00e9"', true],
    ['"1"', '1', false],
    ['null', '{}', false],
  ])('%s and %s: %s', (a, b, equal) => {
    expect(jsonEqual(a, b)).toBe(equal);
  });

  it('does not depend on spacing or key order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(canonicalJson(JSON.stringify(JSON.parse(text), null, 3))).toBe(canonicalJson(text));
      }),
    );
  });
});

describe('depth', () => {
  it('counts nesting and ignores brackets in strings', () => {
    expect(['1', '[]', '{"a":[{}]}', '"[[["', '["\\"[["]'].map(jsonDepth)).toEqual([0, 1, 3, 0, 1]);
    expect(jsonDepth('['.repeat(1_000_000))).toBe(1_000_000);
  });
});

it('compares a number of a million digits in no time', () => {
  const zeros = '0'.repeat(1_000_000);
  const started = performance.now();
  expect(jsonEqual(`1${zeros}1`, `1${zeros}1.0`)).toBe(true);
  expect(jsonEqual(`1${zeros}1`, `1${zeros}2`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(2_000);
});

it('takes no more apart than asked for', () => {
  expect(jsonElements('[1,2,3]', 2)).toEqual(['1', '2']);
  expect(jsonMembers('{"a":1,"b":2}', 1)).toEqual([['a', '1']]);
});

// Contract: jsonProblemAt agrees with JSON.parse on every text, valid, damaged or hostile.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonProblemAt } from './json-syntax.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('it agrees with JSON.parse on damaged JSON', () => {
  const damaged = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.nat(3),
      fc.constantFrom('', '"', '\\', '{', ']', ',', ':', '0', '-', '.', 'e', 'nul', '\n', '\u0001', '\\u12', ' '),
    )
    .map(([text, at, cut, put]) => {
      const i = at % (text.length + 1);
      return text.slice(0, i) + put + text.slice(i + cut);
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), damaged, fc.string()), (text) => {
      expect(jsonProblemAt(text) === undefined).toBe(parses(text));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  '',
  ' ',
  '01',
  '-',
  '1.',
  '1e',
  '.5',
  '+1',
  '[1,]',
  '{"a":1,}',
  '{a:1}',
  '[1 2]',
  '"\t"',
  '"\\x"',
  'tru',
  '\ufeff1',
  '1 1',
  '{"a"}',
  '[}',
  "'a'",
  'NaN',
])('%j is not JSON', (text) => {
  expect(parses(text)).toBe(false);
  expect(jsonProblemAt(text)).toBeTypeOf('number');
});

test('it says where the text breaks', () => {
  expect(jsonProblemAt('{"a": 1, b}')).toBe(9);
  expect(jsonProblemAt('{"a": [1, 2')).toBe(11);
});

test('no nesting is too deep', () => {
  const deep = 2_000_000;
  expect(jsonProblemAt('['.repeat(deep) + ']'.repeat(deep))).toBe(undefined);
  expect(jsonProblemAt('['.repeat(deep))).toBe(deep);
});

// Contract: JSON texts pass through the page without a digit changed.

import { expect, test } from 'vitest';
import { members, objectText, pretty, preview } from './json.ts';

test('members keep their raw text, whatever stands inside strings', () => {
  const text = ' { "id": 9007199254740993, "a\\"b": "x, } ] \\\\", "list": [1.0, {"c": "}"}], "e": {} } ';
  expect([...(members(text) ?? [])]).toEqual([
    ['id', '9007199254740993'],
    ['a"b', '"x, } ] \\\\"'],
    ['list', '[1.0, {"c": "}"}]'],
    ['e', '{}'],
  ]);
  expect(members('{}')?.size).toBe(0);
  for (const other of ['', '[1]', '"x"', '{', 'null']) expect(members(other)).toBeUndefined();
});

test('an object comes back from its members', () => {
  const text = objectText([
    ['id', '9007199254740993'],
    ['x', '1.0'],
  ]);
  expect(text).toBe('{\n  "id": 9007199254740993,\n  "x": 1.0\n}');
  expect([...(members(text) ?? [])]).toEqual([
    ['id', '9007199254740993'],
    ['x', '1.0'],
  ]);
});

test('pretty indents without rounding, and leaves cut text alone', () => {
  expect(pretty('{"a":[1.0,9007199254740993],"b":{},"c":[ ],"d":"x{,}"}')).toBe(
    '{\n  "a": [\n    1.0,\n    9007199254740993\n  ],\n  "b": {},\n  "c": [],\n  "d": "x{,}"\n}',
  );
  expect(pretty('{"a": 1…[cut, 9000 bytes]')).toBe('{"a": 1…[cut, 9000 bytes]');
});

test('a preview is one short line', () => {
  expect(preview('"Two\\nlines"')).toBe('Two lines');
  expect(preview('{"rows": 214, "list": [1, 2], "in": {"x": 1}}')).toBe('rows: 214, list: [2], in: {…}');
  expect([preview('[1]'), preview('[]'), preview('null'), preview('12.50'), preview('')]).toEqual([
    '1 item',
    '0 items',
    '',
    '12.50',
    '',
  ]);
  expect(preview(JSON.stringify('x'.repeat(5000))).length).toBe(200);
});

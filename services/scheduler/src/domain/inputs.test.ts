// Inputs: the caller's text stays as it came, what is missing is appended raw, and everything that is wrong is named at once.

import { createSchemaCheck, type HeroError } from '@hero-logic/platform';
import { expect, test } from 'vitest';
import type { InputField } from './catalog.ts';
import { fillInputs } from './inputs.ts';

const schemas = createSchemaCheck();
const field = (name: string, type: InputField['type'], more: Partial<InputField> = {}): InputField => ({
  ...{ name, type, required: false, default: '', schema: '' },
  ...more,
});
const fill = (fields: InputField[], inputData: string, example = '{}') =>
  fillInputs(fields, { inputData, example }, schemas);
const wrong = (fields: InputField[], inputData: string): Record<string, string> => {
  try {
    fill(fields, inputData);
  } catch (error) {
    const { reason, violations } = error as HeroError;
    expect(reason).toBe('INVALID_INPUT');
    return Object.fromEntries(violations.map((v) => [v.field, v.description]));
  }
  return {};
};

test('defaults and the example fill what is missing, as raw text behind the text of the caller', () => {
  const fields = [
    field('big', 'integer', { required: true }),
    field('x', 'number', { default: '1.0' }),
    field('o', 'object', { default: '{"b":1, "a":12345678901234567890}' }),
    field('s', 'string'),
  ];
  expect(fill(fields, ' { "big" : 9007199254740993 }\n').inputData).toBe(
    ' { "big" : 9007199254740993 ,"x":1.0,"o":{"b":1, "a":12345678901234567890}}',
  );
  expect(fill(fields.slice(1), '').inputData).toBe('{"x":1.0,"o":{"b":1, "a":12345678901234567890}}');
  expect(fill(fields.slice(3), '{"s":"}"}').inputData).toBe('{"s":"}"}');
  expect(fill(fields, '{"x":2}', '{"big":5,"x":3,"old":1,"o":{}}')).toEqual({
    inputData: '{"x":2,"big":5,"o":{}}',
    warnings: ['the example\'s input "old" is not an input of this version and was left out'],
  });
  const tricky = [field('__proto__', 'any'), field('"q"', 'any', { default: '1' })];
  expect(fill(tricky, '{"__proto__":{}}').inputData).toBe('{"__proto__":{},"\\"q\\"":1}');
});

test('every wrong input is named', () => {
  const fields = [
    field('need', 'string', { required: true }),
    field('n', 'integer'),
    field('s', 'string', { schema: '{"minLength":3}' }),
    field('list', 'array', { schema: '{"items":{"type":"integer"}}' }),
  ];
  expect(wrong(fields, '{"n":5.5,"s":"x","list":[1,"a"],"huh":1,"huh":2}')).toEqual({
    'input_data.need': 'is required',
    'input_data.n': 'must be an integer, not 5.5',
    'input_data.s': 'must NOT have fewer than 3 characters',
    'input_data.list.1': 'must be integer',
    'input_data.huh': 'is unknown; the inputs are need, n, s, list',
  });
  expect(Object.keys(wrong(fields, '{"need":"a","need":"b"}'))).toEqual(['input_data.need']);
  const broken = [field('v', 'any', { schema: '{"type":"nonsense"}' })];
  expect(wrong(broken, '{"v":1}')['input_data.v']).toContain('cannot be checked');
  for (const text of ['[]', '5', 'null', '{', '"x"', `{"need":${'['.repeat(200)}${']'.repeat(200)}}`]) {
    expect(Object.keys(wrong(fields, text))).toEqual(['input_data']);
  }
  const huge = JSON.stringify({ need: 'x'.repeat(4 * 1024 * 1024 - 12) });
  expect(wrong([fields[0] as InputField], huge)).toEqual({});
  expect(Object.keys(wrong([fields[0] as InputField, field('d', 'string', { default: '"d"' })], huge))).toEqual([
    'input_data',
  ]);
});

test('types are those of JSON Schema, and null counts only where it is named', () => {
  const fits = (one: InputField, raw: string) => Object.keys(wrong([one], `{"v":${raw}}`)).length === 0;
  const integer = field('v', 'integer');
  const accepted = ['5', '5.0', '-0.0', '1e3', '50e-1', '123456789012345678901234567890'];
  expect(accepted.filter((raw) => !fits(integer, raw))).toEqual([]);
  expect(['5.5', '1e-1', '"5"', 'true', 'null', '[]'].filter((raw) => fits(integer, raw))).toEqual([]);
  expect(fits(field('v', 'number'), '5.5')).toBe(true);
  expect(fits(field('v', 'boolean'), '0')).toBe(false);
  expect(fits(field('v', 'any'), 'null')).toBe(true);
  expect(fits(field('v', 'integer', { default: 'null', schema: '{"type":"integer"}' }), 'null')).toBe(true);
  expect(fits(field('v', 'integer', { schema: '{"minimum":1}' }), 'null')).toBe(false);
  expect(fits(field('v', 'integer', { schema: '{"type":["integer","null"]}' }), 'null')).toBe(true);
  expect(fits(field('v', 'string', { schema: '{"anyOf":[{"type":"string"},{"type":"null"}]}' }), 'null')).toBe(true);
});

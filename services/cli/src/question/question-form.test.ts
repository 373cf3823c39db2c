// Contract: a question's form is read from its schema; a VALUE of the command line is bare text for strings, a value of an option for
// choices, else JSON as written; at a terminal options go by number too.

import { expect, test } from 'vitest';
import { formOf, payloadFromLine, payloadFromText } from './question-form.ts';

const q = (schema: unknown, ui: unknown = undefined) => ({
  schema: schema === undefined ? '' : JSON.stringify(schema),
  ui: ui === undefined ? '' : JSON.stringify(ui),
});
const text = q({ type: 'string', minLength: 2 });
const number = q({ type: 'number', minimum: 1 });
const confirm = q({ type: 'boolean' });
const choice = q({ enum: ['red', 'green', 2] });
const titled = q({
  oneOf: [
    { const: 'r', title: 'Red', description: 'warm' },
    { const: 'g', title: 'Green' },
  ],
});
const hinted = q({ enum: ['r', 'g'] }, { options: [{ value: 'g', label: 'Green', description: 'calm' }] });
const multi = q({ type: 'array', items: { enum: ['a', 'b b', 'c'] }, uniqueItems: true });
const numbers = q({ type: 'array', items: { enum: [2, 3, 4] } });
const object = q({ type: 'object', properties: { ok: { type: 'boolean' } } });
const anything = q(undefined);

test.each([
  ['text', text, []],
  ['number', number, []],
  ['confirm', confirm, []],
  ['choice', choice, ['red', 'green', '2']],
  ['choice', titled, ['Red', 'Green']],
  ['choice', hinted, ['r', 'Green']],
  ['multi', multi, ['a', 'b b', 'c']],
  ['json', object, []],
  ['json', anything, []],
  ['json', { schema: 'not json', ui: '' }, []],
] as const)('%s from %j', (kind, question, labels) => {
  const form = formOf(question);
  expect(form.kind).toBe(kind);
  expect(form.options.map((o) => o.label)).toEqual(labels);
});

const payload = (text: string) => ({ payload: text });

test.each([
  [text, '5', payload('"5"')],
  [text, 'say "hi"', payload('"say \\"hi\\""')],
  [number, '1.50', payload('1.50')],
  [number, '-3', payload('-3')],
  [number, 'x', { problem: 'must be a number' }],
  [number, '"5"', { problem: 'must be a number' }],
  [confirm, 'yes', payload('true')],
  [confirm, 'false', payload('false')],
  [confirm, 'maybe', { problem: 'answer yes or no' }],
  [choice, 'green', payload('"green"')],
  [choice, '2', payload('2')],
  [choice, 'blue', payload('"blue"')],
  [titled, 'Red', payload('"r"')],
  [multi, '["a","c"]', payload('["a","c"]')],
  [numbers, '3', payload('[3]')],
  [multi, 'a,b b', payload('["a","b b"]')],
  [object, '{"ok": true}', payload('{"ok": true}')],
  [object, 'ok', { problem: expect.stringContaining('must be JSON') }],
  [anything, '9007199254740993', payload('9007199254740993')],
  [anything, 'plain words', payload('"plain words"')],
])('VALUE for %j: %s', (question, value, expected) => {
  expect(payloadFromText(question, value)).toEqual(expected);
});

test.each([
  [choice, '1', payload('"red"')],
  [choice, '3', payload('2')],
  [choice, 'green', payload('"green"')],
  [choice, '4', { problem: 'choose 1 to 3' }],
  [titled, ' Green ', payload('"g"')],
  [multi, '3, 1', payload('["a","c"]')],
  [multi, '1 2', payload('["a","b b"]')],
  [multi, 'b b', payload('["b b"]')],
  [multi, '', payload('[]')],
  [multi, '7', { problem: '"7" is not an option; choose from 1) a, 2) b b, 3) c' }],
  [confirm, 'Y', payload('true')],
  [text, '', payload('""')],
])('typed for %j: %s', (question, line, expected) => {
  expect(payloadFromLine(question, line)).toEqual(expected);
});

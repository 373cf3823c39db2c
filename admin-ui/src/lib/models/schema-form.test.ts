// Contract: every schema has a form; what cannot be shown as parts is edited as JSON. Drafts come to exactly the typed text.

import { expect, test } from 'vitest';
import { draftFromText, draftsFromText, outcomeOf, outcomeOfFields, sketch } from './draft.ts';
import { controlFromSchema, controlFromTexts, fieldFromSchema, type Schema } from './schema-form.ts';

test('each kind of schema gets its control', () => {
  const kinds = (
    [
      { type: 'string', maxLength: 20 },
      { type: ['string', 'null'] },
      { type: 'integer', minimum: 1 },
      { type: 'boolean' },
      { enum: ['a', 1, null] },
      { oneOf: [{ const: 'a', title: 'A' }, { const: 'b' }] },
      { const: true },
      { type: 'array', items: { enum: ['x', 'y'] } },
      { type: 'array', items: { type: 'string' } },
      { type: 'object', properties: { a: { type: 'string' } } },
      { type: 'object' },
      { oneOf: [{ type: 'string' }, { type: 'number' }] },
      {},
    ] as Schema[]
  ).map((s) => controlFromSchema(s).kind);
  const expected = [
    'text',
    'text',
    'number',
    'boolean',
    'choice',
    'choice',
    'choice',
    'multi',
    'json',
    'object',
    'json',
    'json',
    'json',
  ];
  expect(kinds).toEqual(expected);
  for (const broken of ['', 'true', '[1]', '{']) expect(controlFromTexts(broken, '').kind).toBe('json');
});

test('labels come from titles, or from the hints of a question', () => {
  const titled = controlFromSchema({ oneOf: [{ const: 'a', title: 'A', description: 'first' }] });
  expect(titled).toEqual({ kind: 'choice', options: [{ text: '"a"', label: 'A', description: 'first' }] });
  const hinted = controlFromTexts(
    '{"enum": ["short", 2]}',
    '{"widget": "choice", "options": [{"value": "short", "label": "Short", "description": "One word"}, {"value": 2, "label": "2"}]}',
  );
  expect(hinted).toEqual({
    kind: 'choice',
    options: [
      { text: '"short"', label: 'Short', description: 'One word' },
      { text: '2', label: '2', description: '' },
    ],
  });
});

test('values go out as they were typed', () => {
  expect(outcomeOf(controlFromSchema({ type: 'integer' }), '9007199254740993', true)).toEqual({
    ok: true,
    text: '9007199254740993',
  });
  expect(outcomeOf(controlFromSchema({ type: 'number' }), ' 1.0 ', true)).toEqual({ ok: true, text: '1.0' });
  expect(outcomeOf(controlFromSchema({ type: 'string' }), 'a "b"\n', true)).toEqual({
    ok: true,
    text: '"a \\"b\\"\\n"',
  });
  expect(outcomeOf(controlFromSchema({ type: 'boolean' }), 'false', true)).toEqual({ ok: true, text: 'false' });
  expect(outcomeOf(controlFromSchema({ type: 'array', items: { enum: ['x', 'y'] } }), ['"x"', '"y"'], true)).toEqual({
    ok: true,
    text: '["x", "y"]',
  });
});

test('choices that nobody touched are left out; none of them is an empty list', () => {
  const several = controlFromSchema({ type: 'array', items: { enum: ['x', 'y'] } });
  const untouched = draftFromText(several, '');
  expect(outcomeOf(several, untouched, false)).toEqual({ ok: true, text: undefined });
  expect(outcomeOf(several, untouched, true)).toEqual({ ok: true, text: '[]' });
  expect(outcomeOf(several, [], false)).toEqual({ ok: true, text: '[]' });
});

test('what does not fit is said in words', () => {
  const say = (schema: Schema, draft: string) => {
    const outcome = outcomeOf(controlFromSchema(schema), draft, true);
    return outcome.ok ? '' : outcome.errors.get('');
  };
  expect(say({ type: 'integer' }, '1.5')).toBe('Must be a whole number.');
  expect(say({ type: 'number' }, '1,5')).toBe('Is not a number, as 12 or 0.5.');
  expect(say({ type: 'number', maximum: 1 }, '1.5')).toBe('Must be at most 1.');
  expect(say({ type: 'string' }, '')).toBe('Fill this in.');
  expect(say({ type: 'string', maxLength: 2 }, 'abc')).toBe('Takes at most 2 characters; this has 3.');
  expect(say({ enum: ['a'] }, '')).toBe('Choose one.');
  expect(say({ type: 'object' }, '[1]')).toBe('Must be an object, as {"a": 1}.');
  expect(say({}, '{')).toMatch(/^Is not JSON/);
});

test('a form goes to JSON and back; empty optional fields are left out', () => {
  const fields = [
    fieldFromSchema('name', { type: 'string' }, true),
    fieldFromSchema('limit', { type: 'number' }, false),
    fieldFromSchema('options', { type: 'object' }, false),
    fieldFromSchema(
      'deep',
      { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'string' } }, required: ['a'] },
      false,
    ),
  ];
  const text = '{"name": "Ana", "options": {"id": 9007199254740993}, "deep": {"a": 1}}';
  const drafts = draftsFromText(fields, text);
  const outcome = outcomeOfFields(fields, drafts);
  expect(outcome.ok && outcome.text?.replace(/\s+/g, '')).toBe(text.replace(/\s+/g, ''));
  const empty = outcomeOfFields(fields, {});
  expect(empty.ok ? [] : [...empty.errors]).toEqual([
    ['name', 'Fill this in.'],
    ['deep', 'a: Fill this in.'],
  ]);
  expect(sketch(fields, { limit: '2', options: '{' })).toContain('"limit": 2');
});

test('a default that does not fit its control leaves the control empty', () => {
  expect(draftFromText(controlFromSchema({ type: 'number' }), '"x"')).toBe('');
  expect(draftFromText(controlFromSchema({ enum: ['a'] }), '"b"')).toBe('');
  expect(draftFromText(controlFromSchema({ enum: ['a'] }), '"a"')).toBe('"a"');
});

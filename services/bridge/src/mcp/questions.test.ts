// Contract: a question is a flat form, whatever its schema; the answer of the form is the payload as JSON text, and a wrong one says why.

import { create } from '@bufbuild/protobuf';
import { ResumeRequestSchema } from '@hero-logic/proto/herologic/scheduler/v1/resume_request_pb';
import { expect, it } from 'vitest';
import { formOf } from './questions.ts';

const ask = (schema: object | string, ui: object = {}, message = '') =>
  formOf(
    create(ResumeRequestSchema, {
      name: 'q',
      schema: typeof schema === 'string' ? schema : JSON.stringify(schema),
      ui: JSON.stringify(ui),
      message,
    }),
  );
const propertyOf = (form: ReturnType<typeof ask>) => form.params.requestedSchema.properties.answer;

it('keeps bounds and titles of plain values', () => {
  const text = ask({ type: 'string', title: 'Name?', maxLength: 9 }, {}, 'As in your passport');
  expect(propertyOf(text)).toEqual({ type: 'string', title: 'Name?', maxLength: 9 });
  expect(text.params.message).toBe('Name?\n\nAs in your passport');
  expect(text.payload({ answer: 'Ada' })).toBe('"Ada"');
  const number = ask({ type: 'number', minimum: 1 });
  expect(propertyOf(number)).toEqual({ type: 'number', title: 'q', minimum: 1 });
  expect(number.payload({ answer: 2.5 })).toBe('2.5');
  expect(ask({ type: 'boolean' }).payload({ answer: false })).toBe('false');
});

it('offers options by their words and gives back their values', () => {
  const one = ask({ enum: [1, 'two', null] });
  expect(propertyOf(one)).toMatchObject({ oneOf: [{ const: '1' }, { const: 'two' }, { const: 'null' }] });
  expect([one.payload({ answer: '1' }), one.payload({ answer: 'null' })]).toEqual(['1', 'null']);
  expect(() => one.payload({ answer: 'three' })).toThrow('"three" is none of the options');
  const many = ask({ type: 'array', items: { enum: ['a', 'b'] } });
  expect(many.payload({ answer: ['b'] })).toBe('["b"]');
  expect(many.payload({ answer: [] })).toBe('[]');
});

it.each(['', '{}', '{"type": "object"}', '{"type": "array"}', '[]', 'true'])(
  'asks for JSON under the schema %s',
  (schema) => {
    const form = ask(schema);
    expect(propertyOf(form)).toMatchObject({ type: 'string' });
    expect(form.payload({ answer: '{"a": 1.0}' })).toBe('{"a": 1.0}');
    expect(() => form.payload({ answer: 'Lisbon' })).toThrow('the answer is not JSON');
  },
);

// Examples travel as text from end to end: a number of 20 digits is not rounded on the way through a form.

import { create } from '@bufbuild/protobuf';
import { ExampleSchema } from '@hero-logic/proto/herologic/registry/v1/example_pb';
import { expect, test } from 'vitest';
import { exampleFromPb, textsOf } from './example.ts';

test('input values become one object and the same values again', () => {
  const inputValues = { id: '12345678901234567890', list: '[1, 2.0]' };
  const example = exampleFromPb(create(ExampleSchema, { name: 'a', inputValues, resumes: { tone: '"warm"' } }));
  expect(textsOf(example.inputText)).toEqual(inputValues);
  expect(textsOf(example.answersText)).toEqual({ tone: '"warm"' });
  expect(textsOf('')).toEqual({});
  expect(textsOf('[1]')).toBeUndefined();
});

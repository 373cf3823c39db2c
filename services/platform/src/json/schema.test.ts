// Contract: JSON Schema 2020-12; violations name the path of the field and say what is wrong; a schema that is none is told apart.

import { expect, it } from 'vitest';
import { createSchemaCheck } from './schema.ts';

const check = createSchemaCheck();

it('names each violation by its path', () => {
  const schema =
    '{"type":"object","required":["a"],"properties":{"b":{"enum":[1,2]},"c/d":{"type":"string"}},"additionalProperties":false}';
  expect(check.violations(schema, '{"b":3,"c/d":1,"e":1}', 'payload')).toEqual([
    { field: 'payload.a', description: 'is required' },
    { field: 'payload.e', description: 'is unknown' },
    { field: 'payload.b', description: 'must be one of 1, 2' },
    { field: 'payload.c/d', description: 'must be string' },
  ]);
  expect(check.violations('{"type":"object","required":["a"]}', '{"a":null}', 'payload')).toEqual([]);
});

it('tells a broken schema, also with a dead reference', () => {
  expect(check.problem('{"type":"strin"}')).toMatch(/is not a JSON Schema/);
  expect(check.problem('{"$ref":"https://example.com/none"}')).toMatch(/is not a JSON Schema/);
  expect(check.problem('{"$id":"x","type":"string"}')).toBeUndefined();
  expect(check.problem('{"$id":"x","type":"number"}')).toBeUndefined();
});

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

it('takes a schema that names itself', () => {
  const tree = '{"type":"object","properties":{"child":{"$ref":"#"}},"additionalProperties":false}';
  expect(check.problem(tree)).toBeUndefined();
  expect(check.violations(tree, '{"child":{"child":{}}}', 'payload')).toEqual([]);
  expect(check.violations(tree, '{"child":{"chi":{}}}', 'payload')).toEqual([
    { field: 'payload.child.chi', description: 'is unknown' },
  ]);
  expect(check.violations('{"$ref":"#"}', '{}', 'payload')[0]?.description).toContain('without an end');
  expect(check.problem('{"$defs":{"n":{"$ref":"#/$defs/n"}},"$ref":"#/$defs/n"}')).toContain('without an end');
});

it('keeps nobody waiting for a schema that takes for ever', () => {
  const nested = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
  const one = (needs: string) => `{"properties":{"a":{"$ref":"#/$defs/n"}},"required":["${needs}"]}`;
  const twice = `{"$defs":{"n":{"anyOf":[${one('y')},${one('z')}]}},"$ref":"#/$defs/n"}`;
  const rows = JSON.stringify(Array.from({ length: 100_000 }, (_, a) => ({ a })));
  for (const [schema, value] of [
    ['{"type":"string","pattern":"^(a+)+$"}', `"${'a'.repeat(40)}!"`],
    ['{"type":"string","p\\u0061ttern":"^(a+)+$"}', `"${'a'.repeat(40)}!"`],
    [twice, nested],
    ['{"uniqueItems":true}', rows],
  ] as const) {
    const begun = performance.now();
    expect(check.violations(schema, value, 'payload'), schema).toEqual([
      { field: 'payload', description: 'takes too long to check against its schema' },
    ]);
    expect(check.violations(schema, value, 'payload')).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(15_000);
  }
  const ordinary = '{"type":"string","pattern":"^a+$","format":"email"}';
  expect(check.violations('{"type":"string","pattern":"^a+$"}', '"aaa"', 'payload')).toEqual([]);
  expect(check.violations('{"type":"string","pattern":"^a+$"}', '"b"', 'payload')).toEqual([
    { field: 'payload', description: 'must match pattern "^a+$"' },
  ]);
  expect(check.problem(ordinary)).toBeUndefined();
  expect(check.problem('{"pattern":"("}')).toMatch(/is not a JSON Schema/);
});

it('checks the schemas that plays make up while the caller goes on', async () => {
  const evil = (n: number) => `{"type":"string","pattern":"^(a+)+$","title":"${n}"}`;
  let turns = 0;
  const turn = setInterval(() => {
    turns += 1;
  }, 5);
  const value = `"${'a'.repeat(40)}!"`;
  const found = await Promise.all([1, 2].map((n) => check.aside.violations(evil(n), value, 'payload')));
  clearInterval(turn);
  for (const violations of found) {
    expect(violations).toEqual([{ field: 'payload', description: 'takes too long to check against its schema' }]);
  }
  expect(turns).toBeGreaterThan(20);
  expect(await check.aside.violations('{"pattern":"^a$"}', '"b"', 'payload')).toEqual([
    { field: 'payload', description: 'must match pattern "^a$"' },
  ]);
  expect(await check.aside.violations('{"type":"string"}', '1', 'payload')).toHaveLength(1);
  expect(await check.aside.problem('{"pattern":"("}')).toMatch(/is not a JSON Schema/);
  expect(await check.aside.problem('{"pattern":"a"}')).toBeUndefined();
});

// Contract: pointers take the very text of a value; JSONata computes in bounded time and refuses what it would damage; what the body does
// not give comes from the trigger; every refusal says what to mend.

import { HeroError } from '@hero-logic/platform';
import { afterAll, expect, test } from 'vitest';
import { createJsonataTransforms } from '../../transforms/jsonata-transforms.ts';
import type { WebhookSpec } from '../trigger/schedule.ts';
import { atPointer } from './json-pointer.ts';
import { mapBody } from './mapping.ts';

const transforms = createJsonataTransforms();
afterAll(() => transforms.close());

const SPEC: WebhookSpec = { kind: 'webhook', slug: '', jsonata: '', dueAtInput: '' };
const map = (spec: Partial<WebhookSpec>, body: string | Uint8Array, base = '') =>
  mapBody({ ...SPEC, ...spec }, typeof body === 'string' ? Buffer.from(body) : body, base, transforms);

async function problem(spec: Partial<WebhookSpec>, body: string | Uint8Array): Promise<string> {
  try {
    await map(spec, body);
    return 'fine';
  } catch (error) {
    if (error instanceof HeroError) return `${error.reason}: ${error.message}`;
    throw error;
  }
}

test('pointers', async () => {
  const body = ' {"a": {"b/c": [10, {"~": 1.0}]}, "id": 12345678901234567890, "": "empty"} ';
  expect(atPointer(body, '/a/b~1c/1/~0')).toBe('1.0');
  expect(atPointer(body, '/')).toBe('"empty"');
  for (const none of ['/a/b', '/a/b~1c/2', '/a/b~1c/01', '/a/b~1c/-', '/id/0'])
    expect(atPointer(body, none)).toBeUndefined();
  const inputs = { id: '/id', all: '', missing: '/nothing', first: '/a/b~1c/0' };
  expect(await map({ inputs }, body, '{"missing": "kept", "first": 0}')).toBe(
    `{"missing":"kept","id":12345678901234567890,"all":${body.trim()},"first":10}`,
  );
});

test('a body that is the inputs', async () => {
  expect(await map({}, '{"b": 1.0, "b": 2e0}', '{"a": 1}')).toBe('{"a":1,"b":2e0}');
  expect(await problem({}, '[1]')).toMatch(/^HOOK_MAPPING: body: must be an object/);
  expect(await problem({}, 'nonsense')).toMatch(/^INVALID_JSON: body: is not JSON/);
  expect(await problem({}, new Uint8Array([0xff]))).toMatch(/^INVALID_JSON: body: is not UTF-8/);
  expect(await problem({}, `${'['.repeat(300)}${']'.repeat(300)}`)).toMatch(/^INVALID_JSON: body: nests deeper/);
});

test('expressions', async () => {
  const jsonata = '{"total": $sum(items.price), "who": customer.name}';
  expect(await map({ jsonata }, '{"items":[{"price":1.5},{"price":2}],"customer":{"name":"Ada"}}')).toBe(
    '{"total":3.5,"who":"Ada"}',
  );
  expect(await problem({ jsonata: 'items' }, '{"items":[1]}')).toMatch(/^HOOK_MAPPING: jsonata: must give an object/);
  expect(await problem({ jsonata: 'nothing' }, '{}')).toMatch(/^HOOK_MAPPING: jsonata: must give an object/);
  expect(await problem({ jsonata: '$number(x)' }, '{"x":"y"}')).toMatch(/^HOOK_MAPPING: jsonata: .*number/);
  expect(await problem({ jsonata }, '{"x":9007199254740993}')).toMatch(
    /^HOOK_MAPPING: body: has the number 9007199254740993/,
  );
  expect(transforms.problem('{"a": ')).toMatch(/^is no JSONata: .*character/);
  expect(transforms.problem(jsonata)).toBeUndefined();
});

test('an expression that never ends is ended, and the next one runs', async () => {
  const endless = '($f := function($x) { $f($x + 1) }; {"x": $f(1)})';
  expect(await problem({ jsonata: endless }, '{}')).toMatch(/^HOOK_MAPPING: jsonata: (took more than 1 s|.*[Ss]tack)/);
  const slow = '{"x": $match(s, /^(a+)+$/)}';
  expect(await problem({ jsonata: slow }, JSON.stringify({ s: `${'a'.repeat(40)}!` }))).toMatch(/took more than 1 s/);
  expect(await map({ jsonata: '{"x": 1}' }, '{}')).toBe('{"x":1}');
}, 20_000);

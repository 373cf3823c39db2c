// Contract: whatever a body holds, the bridge answers it with the status that fits, soon, and lives on. 400 exactly when it is not JSON.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonProblemAt } from '../src/jsonrpc/json-syntax.ts';
import { startTestBridge, type TestBridge } from './test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge.close());

const METHODS = [
  'play_start',
  'workflow_create',
  'workflow_update',
  'example_upsert',
  'play_list',
  'span_push',
  'system.ping',
  'nope',
];
const NAMES = [
  'workflow_sid',
  'workflow_name',
  'input_data',
  'tags',
  'inputs',
  'limits',
  'input_values',
  'status',
  'wait_ms',
  '__proto__',
];

const params = fc.oneof(
  fc.dictionary(fc.constantFrom(...NAMES), fc.jsonValue({ maxDepth: 3 })),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 6 }),
  fc.jsonValue(),
);
const request = fc.record(
  {
    jsonrpc: fc.constantFrom<unknown>('2.0', '2.0', '2.0', '1.0', 2),
    id: fc.oneof(fc.integer(), fc.string(), fc.jsonValue()),
    method: fc.oneof(fc.constantFrom(...METHODS), fc.jsonValue()),
    params,
  },
  { requiredKeys: [] },
);
const wellFormed = fc
  .oneof({ weight: 3, arbitrary: request }, fc.array(request, { maxLength: 4 }), fc.jsonValue())
  .map((value) => JSON.stringify(value));
const damaged = fc
  .tuple(
    wellFormed,
    fc.nat(),
    fc.nat(4),
    fc.constantFrom('', '"', '{', ']', ',', '\\', '\u0000', '[[[[', '1e9999', 'null', '\u2028'),
  )
  .map(([text, at, cut, put]) => {
    const i = at % (text.length + 1);
    return text.slice(0, i) + put + text.slice(i + cut);
  });

async function check(body: string): Promise<void> {
  const { status, text } = await bridge.post(body);
  const parses = jsonProblemAt(body.toWellFormed()) === undefined;
  expect(status, body).toBeOneOf(parses ? [200, 204] : [400]);
  if (status === 204) return expect(text).toBe('');
  const reply: unknown = JSON.parse(text);
  for (const item of Array.isArray(reply) ? reply : [reply]) {
    expect(item).toHaveProperty('jsonrpc', '2.0');
    expect(item).toHaveProperty('id');
    // Nothing that a caller sends is our fault.
    expect(item, body).not.toMatchObject({ error: { code: -32603 } });
  }
}

test('1,200 damaged and odd bodies', async () => {
  const bodies = [
    ...fc.sample(damaged, 700),
    ...fc.sample(wellFormed, 400),
    ...fc.sample(fc.string({ unit: 'binary' }), 100),
  ];
  for (let i = 0; i < bodies.length; i += 20) await Promise.all(bodies.slice(i, i + 20).map(check));
  expect(await bridge.call('system.ping')).toMatchObject({ result: 'pong' });
});

const call = (method: string, rawParams: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${rawParams}}`;
const MIB = 1024 * 1024;
test.each<[string, () => string, number | undefined]>([
  ['a body nested a million deep', () => `${'{"a":'.repeat(MIB)}1${'}'.repeat(MIB)}`, -32600],
  ['a document nested a million deep', () => call('play_start', `["w",${'['.repeat(MIB)}${']'.repeat(MIB)}]`), -32602],
  ['params nested deep', () => call('play_start', `${'['.repeat(MIB)}${']'.repeat(MIB)}`), -32602],
  [
    'objects nested deep',
    () => call('workflow_create', `{"limits":${'{"a":'.repeat(MIB)}1${'}'.repeat(MIB)}}`),
    -32602,
  ],
  ['a batch of ten million', () => `[${'[],'.repeat(10 * MIB)}1]`, -32600],
  ['ten million parameters', () => call('play_start', `[${'1,'.repeat(10 * MIB)}1]`), -32602],
  ['ten million tags', () => call('workflow_create', `["n","",[${'1,'.repeat(10 * MIB)}1]]`), -32602],
  ['a million members', () => call('example_upsert', `{"tags":[],${'"a":1,'.repeat(MIB)}"b":1}`), -32602],
  ['a million inputs', () => call('example_upsert', `["w","n",{${'"a":1,'.repeat(MIB)}"b":1}]`), -32602],
  [
    'a number of ten million digits',
    () => call('play_start', `{"workflow_sid":"w","wait_ms":1${'0'.repeat(10 * MIB)}1}`),
    -32602,
  ],
  ['a method of ten million characters', () => call('x'.repeat(10 * MIB), '[]'), -32601],
  ['a name of ten million characters', () => call('play_start', `{"${'x'.repeat(10 * MIB)}":1}`), -32602],
  ['a key of ten million characters', () => call('play_start', `{"tags":{"${'x'.repeat(10 * MIB)}":1}}`), -32602],
  ['a text of backslashes', () => call('play_start', `["w","${'\\\\'.repeat(4 * MIB)}"]`), -32602],
])('%s', async (_name, make, code) => {
  const started = performance.now();
  const { status, text } = await bridge.post(make());
  expect(status).toBe(200);
  expect(text.length).toBeLessThan(100_000);
  expect(JSON.parse(text)).toMatchObject({ error: { code } });
  expect(performance.now() - started).toBeLessThan(5_000);
});

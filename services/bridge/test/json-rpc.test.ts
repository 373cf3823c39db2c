// Contract: JSON-RPC 2.0 as the specification says it, over HTTP as CONTRACT says it.

import { ConcurrencyPolicy } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { http, startTestBridge, type TestBridge } from './test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge.close());

const rpc = async (body: string) => {
  const { status, text } = await bridge.post(body);
  return { status, reply: text === '' ? undefined : JSON.parse(text), text };
};
const code = (c: number) => ({ jsonrpc: '2.0', error: { code: c } });

test('a name is accepted bare and with both prefixes', async () => {
  for (const prefix of ['', 'LogicService.', 'logicservice.']) {
    expect(await bridge.call(`${prefix}system.ping`)).toEqual({ jsonrpc: '2.0', id: 1, result: 'pong' });
    expect(await bridge.call(`${prefix}play_run_async`, ['w', {}])).toMatchObject({ result: 'p-async' });
    expect(await bridge.call(`${prefix}nope`)).toMatchObject(code(-32601));
  }
  expect(await bridge.call('LOGICSERVICE.system.ping')).toMatchObject(code(-32601));
  expect(await bridge.call('constructor')).toMatchObject(code(-32601));
});

test('a document makes the round trip unharmed', async () => {
  const { text } = await bridge.post(
    '{"jsonrpc":"2.0","id":1,"method":"play_start","params":{"workflow_sid":"w","input_data":{"b":9007199254740993,"a":1.0}}}',
  );
  expect(JSON.parse(text).result.input_data).toBe('{"b":9007199254740993,"a":1.0}');
});

test('what happens at a taken concurrency key is said in lower-case words', async () => {
  const on = async (word: unknown) => {
    const reply = await bridge.call('play_start', { workflow_sid: 'w', concurrency_key: 'k', on_conflict: word });
    const [, request] = bridge.seen.requests.at(-1) as [string, { onConflict: ConcurrencyPolicy }];
    return { reply, policy: request.onConflict };
  };
  const { reply, policy } = await on('queue');
  expect(reply).toMatchObject({ result: { hold: { by: 'Ada', at: 7 } } });
  expect(policy).toBe(ConcurrencyPolicy.QUEUE);
  expect((await on('cancel_oldest')).policy).toBe(ConcurrencyPolicy.CANCEL_OLDEST);
  expect((await on('reject_newest')).policy).toBe(ConcurrencyPolicy.REJECT_NEWEST);
  expect((await on('wait')).reply).toMatchObject({
    error: { code: -32602, data: { violations: [{ field: 'on_conflict' }] } },
  });
});

test('results: bare values, lists, true', async () => {
  expect(await bridge.call('flow_library_search', ['x', 5])).toMatchObject({ result: ['w1', 'w2'] });
  expect(await bridge.call('flow_library_search', ['none', 5])).toMatchObject({ result: [] });
  expect(await bridge.call('span_push', ['p', { event: 'span_end' }])).toMatchObject({ result: true });
  expect(await bridge.call('workflow_delete', ['w'])).toMatchObject({ result: { ok: true } });
  expect(await bridge.call('play_logs', ['p'])).toMatchObject({ result: { logs: [], next_seq: 7 } });
});

test.each(['"a"', '1', '1.0', '9007199254740993', '-0', 'null', '"\\u0041"', '1e400', '""'])(
  'id %s comes back as it is',
  async (id) => {
    const { text } = await rpc(`{"jsonrpc":"2.0","id": ${id},"method":"system.ping"}`);
    expect(text).toBe(`{"jsonrpc":"2.0","id":${id},"result":"pong"}`);
  },
);

test.each([
  ['{"foo":"boo"}', null],
  ['1', null],
  ['"x"', null],
  ['null', null],
  ['[]', null],
  ['{"jsonrpc":"2.0","method":1,"id":7}', 7],
  ['{"jsonrpc":"1.0","method":"system.ping","id":7}', 7],
  ['{"method":"system.ping","id":7}', 7],
  ['{"jsonrpc":"2.0","id":7}', 7],
  ['{"jsonrpc":"2.0","method":"system.ping","id":[]}', null],
  ['{"jsonrpc":"2.0","method":"system.ping","id":true}', null],
  ['{"jsonrpc":"2.0","method":"system.ping","id":7,"params":"x"}', 7],
])('%s is no request', async (body, id) => {
  expect(await rpc(body)).toMatchObject({
    status: 200,
    reply: { id, error: { code: -32600, data: { reason: 'INVALID_ARGUMENT' } } },
  });
});

test.each(['', ' ', '{', '{"jsonrpc":"2.0","method"', '[1,', '\ufeff', 'nope', "{'a':1}"])(
  '%j does not parse',
  async (body) => {
    expect(await rpc(body)).toMatchObject({ status: 400, reply: { id: null, error: { code: -32700 } } });
  },
);

test('a body that is not UTF-8 does not parse', async () => {
  expect(await bridge.post(new Uint8Array([0x22, 0xff, 0x22]))).toMatchObject({ status: 400 });
});

test('batches: in order, of one, of bad ones, of notifications', async () => {
  const ping = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"system.ping"}`;
  const note = '{"jsonrpc":"2.0","method":"system.ping"}';
  expect((await rpc(`[${ping(1)}]`)).reply).toEqual([{ jsonrpc: '2.0', id: 1, result: 'pong' }]);
  expect((await rpc('[1,2]')).reply).toMatchObject([code(-32600), code(-32600)]);
  expect(await rpc(`[${note},${note}]`)).toEqual({ status: 204, reply: undefined, text: '' });
  const mixed = await rpc(`[${ping(1)},${note},{"foo":1},{"jsonrpc":"2.0","id":"9","method":"nope"},${ping(2)}]`);
  expect(mixed.reply).toMatchObject([
    { id: 1 },
    { id: null, ...code(-32600) },
    { id: '9', ...code(-32601) },
    { id: 2 },
  ]);
  expect((await rpc(`[${Array(1000).fill(ping(1)).join(',')}]`)).reply).toHaveLength(1000);
  expect((await rpc(`[${Array(1001).fill(ping(1)).join(',')}]`)).reply).toMatchObject(code(-32600));
});

test('a wait and the answer that ends it stand in one batch; changes run in the order given', async () => {
  const before = bridge.seen.requests.length;
  const { reply } = await rpc(
    JSON.stringify([
      { jsonrpc: '2.0', id: 1, method: 'workflow_create', params: ['first'] },
      { jsonrpc: '2.0', id: 2, method: 'play_start', params: ['w', {}] },
      { jsonrpc: '2.0', id: 3, method: 'play_wait', params: ['p9', 0] },
      { jsonrpc: '2.0', id: 4, method: 'play_resume', params: ['p9', 'r', '1'] },
    ]),
  );
  expect(reply.map((r: { id: number }) => r.id)).toEqual([1, 2, 3, 4]);
  expect(bridge.seen.requests.slice(before).map(([name]) => name)).toEqual([
    'workflow_create',
    'play_start',
    'play_wait',
    'play_resume',
  ]);
});

test('a notification runs and says nothing, whatever becomes of it', async () => {
  const before = bridge.seen.requests.length;
  expect(await rpc('{"jsonrpc":"2.0","method":"workflow_create","params":["n"]}')).toMatchObject({ status: 204 });
  expect(bridge.seen.requests.slice(before)).toMatchObject([['workflow_create', { name: 'n' }]]);
  expect(await rpc('{"jsonrpc":"2.0","method":"nope"}')).toMatchObject({ status: 204 });
  expect(await rpc('{"jsonrpc":"2.0","method":"play_status","params":[]}')).toMatchObject({ status: 204 });
});

test('errors carry code, reason, violations and ids, and nothing from inside', async () => {
  expect(await bridge.call('play_status', ['zz'])).toMatchObject({
    error: { code: -32005, data: { reason: 'PLAY_NOT_FOUND', violations: [], metadata: { play_sid: 'zz' } } },
  });
  expect(await bridge.call('play_status', { sid: 1 })).toMatchObject({
    error: { code: -32602, data: { violations: [{ field: 'sid' }, { field: 'play_sid' }] } },
  });
  // A rule that only the service checks.
  expect(await bridge.call('play_status', [''])).toMatchObject({
    error: { code: -32602, data: { violations: [{ field: 'play_sid' }] } },
  });
  const broken = await bridge.call('play_cancel', ['x']);
  expect(broken).toMatchObject({ error: { code: -32603, data: { reason: 'INTERNAL' } } });
  expect(JSON.stringify(broken)).not.toContain('secret');
  expect(await bridge.call('system.ping', { a: 1 })).toMatchObject({
    error: { code: -32602, data: { violations: [{ field: 'a' }] } },
  });
  expect(await bridge.call('play_spans', ['p'])).toMatchObject(code(-32012));
});

test('the caller hanging up ends its call', async () => {
  const { request } = await import('node:http');
  const before = bridge.seen.requests.length;
  const sent = request({ port: bridge.port, method: 'POST', path: '/rpc' });
  sent.on('error', () => undefined);
  sent.end('{"jsonrpc":"2.0","id":1,"method":"play_wait","params":["p1",0]}');
  await expect.poll(() => bridge.seen.requests.length).toBe(before + 1);
  sent.destroy();
  await expect.poll(() => bridge.seen.aborted).toBe(1);
});

test('verbs, paths, content types and sizes', async () => {
  for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND', 'HEAD']) {
    expect(await http({ port: bridge.port, method, path: '/rpc' })).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    });
  }
  expect(await http({ port: bridge.port, method: 'POST', path: '/health' })).toMatchObject({ status: 405 });
  // Whatever comes with it.
  for (const body of ['', '{', '{}']) {
    const headers = { 'content-type': 'application/json' };
    for (const [method, path] of [
      ['PUT', '/rpc'],
      ['POST', '/openrpc.json'],
    ] as const) {
      expect(await http({ port: bridge.port, method, path, body, headers })).toMatchObject({ status: 405 });
    }
  }
  expect(await http({ port: bridge.port, method: 'POST', path: '/nope', body: '{}' })).toMatchObject({ status: 404 });
  expect(await http({ port: bridge.port, path: '/rpc/' })).toMatchObject({ status: 404 });
  const ping = '{"jsonrpc":"2.0","id":1,"method":"system.ping"}';
  for (const type of ['text/plain', 'application/json', 'garbage', 'application/x-www-form-urlencoded', '']) {
    expect(await bridge.post(ping, { 'content-type': type })).toMatchObject({ status: 200 });
  }
  expect(await bridge.post(ping.padEnd(32 * 1024 * 1024))).toMatchObject({ status: 200 });
  const large = await bridge.post(ping.padEnd(32 * 1024 * 1024 + 1));
  expect(large.status).toBe(413);
  expect(JSON.parse(large.text)).toMatchObject({ id: null, error: { code: -32008, data: { reason: 'TOO_LARGE' } } });
});

test('rpc.discover gives the bytes of /openrpc.json', async () => {
  const { text } = await rpc('{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}');
  const document = await http({ port: bridge.port, path: '/openrpc.json' });
  expect(text).toBe(`{"jsonrpc":"2.0","id":1,"result":${document.text}}`);
});

test('a caller that leaves in the middle of a body, or sends far too much, harms nobody', async () => {
  const { connect } = await import('node:net');
  const socket = connect(bridge.port, '127.0.0.1');
  socket.write('POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"jsonrpc":');
  await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  // Chunked, so that its size is not known beforehand.
  const chunked = await http({
    port: bridge.port,
    method: 'POST',
    path: '/rpc',
    headers: { 'transfer-encoding': 'chunked' },
    body: ' '.repeat(40 * 1024 * 1024),
  });
  expect(chunked.status).toBe(413);
  expect(await bridge.call('system.ping')).toMatchObject({ result: 'pong' });
});

// Contract: one address gets so many requests and then 429 with the time to wait, whatever it asks for and as whom; health is not counted. From
// where a request comes, a proxy says only where it is trusted: others cannot choose whose limit they use up, nor escape the wait after wrong
// keys. Over Connect a key with too many calls gets 429 as well, and each call of a batch counts.

import { callerEverywhere, createCallLimit, createKeyGuard, createSeals } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { afterEach, expect, it } from 'vitest';
import { startTestBridge, type TestBridge } from './test-bridge.ts';

const clock = createFakeClock();
let bridge: TestBridge;
afterEach(() => bridge.close());

const from = (address: string) => ({ 'x-forwarded-for': address });
const statusOf = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(bridge.url + path, { headers })).status;

it('bounds an address', async () => {
  bridge = await startTestBridge({ addressLimit: createCallLimit({ perSecond: 1, clock }) });
  for (let i = 0; i < 9; i++) expect(await statusOf('/openrpc.json', from(`1.1.1.${i}`))).toBe(200);
  expect(await statusOf('/', { authorization: 'Bearer a' })).not.toBe(429);
  expect(await statusOf('/openrpc.json', { authorization: 'Bearer b' })).toBe(429);
  const refused = await bridge.post('{}');
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
  expect(JSON.parse(refused.text)).toMatchObject({ error: { reason: 'RATE_LIMITED' } });
  expect(await statusOf('/health')).toBe(200);
  await clock.advance(1000);
  expect([await statusOf('/openrpc.json'), await statusOf('/openrpc.json')]).toEqual([200, 429]);
});

it('believes a proxy that is trusted', async () => {
  bridge = await startTestBridge({
    addressLimit: createCallLimit({ perSecond: 1, clock }),
    trustedProxies: ['127.0.0.0/8'],
    guard: createKeyGuard(async () => undefined, undefined),
    signIn: { seals: createSeals('', clock), clock, oidc: undefined },
  });
  for (let i = 0; i < 10; i++) expect(await statusOf('/openrpc.json', from('9.9.9.9'))).toBe(200);
  expect(await statusOf('/openrpc.json', from('9.9.9.9'))).toBe(429);
  // What the stranger wrote stands before what the proxy has added.
  expect(await statusOf('/openrpc.json', from('6.6.6.6, 9.9.9.9'))).toBe(429);
  expect(await statusOf('/openrpc.json', from('7.7.7.7'))).toBe(200);
  const signIn = async (address: string) => {
    const headers = { 'content-type': 'application/json', ...from(address) };
    return (await fetch(`${bridge.url}/session`, { method: 'POST', headers, body: '{"key":"wrong"}' })).status;
  };
  for (let i = 0; i < 10; i++) expect(await signIn('8.8.8.8')).toBe(401);
  await clock.advance(60_000);
  expect([await signIn('8.8.8.8'), await signIn('8.8.4.4')]).toEqual([429, 401]);
});

it('bounds a key, call by call', async () => {
  const limit = createCallLimit({ perSecond: 1, clock });
  bridge = await startTestBridge({
    guard: createKeyGuard(async () => callerEverywhere('ci', 'admin'), undefined, limit),
  });
  const one = { jsonrpc: '2.0', method: 'workflow_get', params: { name: 'x' } };
  const { text } = await bridge.post(JSON.stringify(Array.from({ length: 12 }, (_, id) => ({ ...one, id }))));
  const reasons = (JSON.parse(text) as { error?: { data: { reason: string } } }[]).map(
    (r) => r.error?.data.reason ?? '',
  );
  expect(reasons.filter((reason) => reason === 'RATE_LIMITED')).toHaveLength(2);
  const call = () =>
    fetch(`${bridge.url}/herologic.registry.v1.WorkflowService/GetWorkflow`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"x"}',
    });
  expect((await call()).status).toBe(429);
  await clock.advance(1000);
  expect((await call()).status).toBe(200);
});

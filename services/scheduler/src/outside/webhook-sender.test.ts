// Webhooks reach public addresses and those that the configuration opens, whatever name leads to the others; a receiver that does not answer,
// answers without end or points elsewhere cannot hold or lead the sender.

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { addressProblem, createAddressRules } from './address-rules.ts';
import { createWebhookSender } from './webhook-sender.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function receiver(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

function senderTo(open: readonly string[], timeoutMs = 5000) {
  const sender = createWebhookSender({ rules: createAddressRules(open), timeoutMs });
  closers.push(sender.close);
  return (url: string) => sender.post({ url, headers: { 'x-a': '1' }, body: '{"ü":1}' }, new AbortController().signal);
}

test('which addresses may be reached', () => {
  const rules = createAddressRules(['10.1.0.0/16', 'fd00::5']);
  const open = ['93.184.216.34', '2606:2800:220:1::1', '10.1.2.3', 'fd00::5', '::ffff:10.1.2.3'];
  const closed = [
    '127.0.0.1',
    '10.2.0.1',
    '169.254.169.254',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
  ];
  const closed6 = [
    '::1',
    '::',
    'fe80::1',
    'fd00::6',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'no address',
  ];
  expect(open.filter((address) => !rules.mayReach(address))).toEqual([]);
  expect([...closed, ...closed6].filter((address) => rules.mayReach(address))).toEqual([]);
  // As a URL has them: the parser has made plain addresses of other spellings.
  const hosts = [
    'http://0x7f000001/',
    'http://2130706433/',
    'http://127.1/',
    'http://[::1]/',
    'http://LOCALHOST/',
    'http://a.localhost/',
  ];
  for (const url of hosts) expect(addressProblem(rules, new URL(url).hostname), url).toContain('is a private address');
  expect(addressProblem(rules, 'example.com')).toBeUndefined();
  for (const wrong of ['localhost', '10.0.0.0/33', '10.0.0.0/', '']) {
    expect(() => createAddressRules([wrong]), wrong).toThrow('HERO_LOGIC_WEBHOOK_NETWORKS');
  }
});

test('a delivery arrives as it is, and its status comes back', async () => {
  const seen: unknown[] = [];
  const url = await receiver((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push([request.method, request.url, request.headers['x-a'], Buffer.concat(chunks).toString()]);
      response.writeHead(503, { 'retry-after': '120' }).end('busy');
    });
  });
  expect(await senderTo(['127.0.0.1'])(url)).toEqual({ status: 503, retryAfterMs: 120_000 });
  expect(seen).toEqual([['POST', '/hook', '1', '{"ü":1}']]);
});

test('private addresses are not reached, by their number nor by a name that leads there', async () => {
  let reached = false;
  const url = await receiver((_request, response) => {
    reached = true;
    response.end();
  });
  const post = senderTo([]);
  await expect(post(url)).rejects.toThrow('is a private address');
  await expect(post(url.replace('127.0.0.1', 'localhost'))).rejects.toThrow('is a private address');
  expect(reached).toBe(false);
});

test('redirects are not followed, endless replies are cut, silence ends', async () => {
  const post = senderTo(['127.0.0.1'], 300);
  const elsewhere = await receiver((_request, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  );
  expect((await post(elsewhere)).status).toBe(302);
  const endless = await receiver((_request, response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  expect((await post(endless)).status).toBe(200);
  const silent = await receiver(() => undefined);
  await expect(post(silent)).rejects.toThrow('no reply within 0.3 seconds');
  await expect(post('http://127.0.0.1:1/')).rejects.toThrow('ECONNREFUSED');
});

test('a receiver that speaks no TLS is named as that, without the source lines of OpenSSL', async () => {
  const post = senderTo(['127.0.0.1']);
  const plain = (await receiver((_request, response) => response.end())).replace('http:', 'https:');
  await expect(post(plain)).rejects.toThrow(/^no TLS connection: [^:]+$/);
});

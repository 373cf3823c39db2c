// Contract: a play reaches the hosts of its version and nothing else, at public addresses or at those that the deployment opens; the name is
// looked up once and the address that was checked is the one that is connected to; every call is told with host, bytes and outcome;
// without a live token nothing is served.

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAllowList, createOpenPlaces } from './allow-list.ts';
import { createProxy, type ForwardProxy, newProxyToken, type OutsideCall, type OutsideCallEnd } from './proxy.ts';

const web = createHttpServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { host, 'proxy-authorization': leaked } = request.headers;
    response.end(`${request.method} ${request.url} host=${host} leaked=${leaked} body=${Buffer.concat(chunks)}`);
  });
});
const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
const names: Record<string, string[]> = {};
let proxy: ForwardProxy;
let port: number;
let echoPort: number;
let calls: (OutsideCall & Partial<OutsideCallEnd>)[] = [];

beforeAll(async () => {
  web.listen(0, '127.0.0.1');
  echo.listen(0, '127.0.0.1');
  await Promise.all([once(web, 'listening'), once(echo, 'listening')]);
  port = (web.address() as AddressInfo).port;
  echoPort = (echo.address() as AddressInfo).port;
  proxy = await createProxy({
    open: [`127.0.0.1:${port}`, `127.0.0.1:${echoPort}`],
    async resolve(host) {
      const found = names[host];
      if (found === undefined) throw new Error('no such name');
      return found;
    },
  });
  Object.assign(names, { 'web.test': ['127.0.0.1'], 'inner.test': ['10.0.0.7', '169.254.169.254', '::1'] });
});
afterAll(async () => {
  await proxy.close();
  web.close();
  echo.close();
});
beforeEach(() => {
  calls = [];
});

function admit(hosts: string[], given: string[] = []) {
  const token = newProxyToken();
  const leave = proxy.admit({
    ...{ token, hosts, given },
    onCall(call) {
      const kept: (typeof calls)[number] = { ...call };
      calls.push(kept);
      return (end) => void Object.assign(kept, end);
    },
  });
  return { token, leave };
}

/** What comes back for these bytes, until the other end closes. */
async function send(
  token: string,
  text: string,
  isOver = (_said: string) => false,
  proxyPort = proxy.port,
): Promise<string> {
  const socket = connect(proxyPort, '127.0.0.1');
  let said = '';
  socket.write(`${token}\n${text}`);
  socket.on('data', (chunk) => {
    said += chunk;
    if (isOver(said)) socket.end();
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  return said;
}

const get = (url: string, more = '') => `GET ${url} HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n${more}\r\n`;

describe('a request of a play', () => {
  it('goes to a host of the list, with the host of its address and without what is the proxy’s', async () => {
    const { token, leave } = admit([`web.test:${port}`]);
    const said = await send(token, get(`http://web.test:${port}/a?b=c`, 'Proxy-Authorization: Basic eDp5\r\n'));
    expect(said).toContain(`GET /a?b=c host=web.test:${port} leaked=undefined`);
    await leave();
    expect(calls).toEqual([
      expect.objectContaining({ host: 'web.test', port, method: 'GET', bytesIn: expect.any(Number) }),
    ]);
    expect(calls[0]?.bytesIn).toBeGreaterThan(50);
    expect(calls[0]?.error).toBeUndefined();
  });

  it('with a body is passed on', async () => {
    const { token, leave } = admit([`web.test:${port}`]);
    const head = `POST http://web.test:${port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello`;
    expect(await send(token, head)).toContain('body=hello');
    await leave();
  });

  it('by CONNECT is a tunnel whose bytes are counted', async () => {
    const { token, leave } = admit([`web.test:${echoPort}`]);
    const said = await send(token, `CONNECT web.test:${echoPort} HTTP/1.1\r\n\r\nping`, (text) =>
      text.endsWith('ping'),
    );
    expect(said).toMatch(/^HTTP\/1.1 200 .*\r\n\r\nping$/s);
    await leave();
    expect(calls).toEqual([expect.objectContaining({ method: 'CONNECT', bytesOut: 4, bytesIn: 4 })]);
  });

  it.each([
    ['a host that is not listed', 'HostNotAllowed', 'other.test', 'limits.hosts'],
    ['a name at private addresses', 'AddressClosed', 'inner.test', 'HERO_LOGIC_OPEN_ADDRESSES'],
    ['an address of this machine', 'AddressClosed', '127.0.0.1', 'private'],
    ['a name that nobody has', 'HostNotFound', 'nobody.test', 'no address'],
  ])('to %s is refused with %s', async (_, type, host, says) => {
    names['127.0.0.1'] = ['127.0.0.1'];
    const { token, leave } = admit(['inner.test', '127.0.0.1', 'nobody.test']);
    expect(await send(token, get(`http://${host}/`))).toMatch(new RegExp(`HTTP/1.1 (403|502).*${says}`, 's'));
    const tunnelled = await send(token, `CONNECT ${host}:443 HTTP/1.1\r\n\r\n`);
    expect(tunnelled).toMatch(new RegExp(`HTTP/1.1 (403|502).*${says}`, 's'));
    await leave();
    expect(calls.map(({ error }) => error?.type)).toEqual([type, type]);
  });

  it('that is none for a proxy is refused', async () => {
    const { token, leave } = admit(['*']);
    expect(await send(token, get('/'))).toContain('400 Bad Request');
    expect(await send(token, '\x16\x03\x01\x02\x00garbage\r\n\r\n')).not.toContain('200');
    await leave();
    expect(calls).toEqual([]);
  });

  it.each([
    ...[
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '127.1',
      '0.0.0.0',
      '169.254.169.254',
      '10.0.0.7',
      'localhost',
    ],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:a9fe:a9fe]', '[fd00:ec2::254]', '[fe80::1]'],
  ])('to %s, as the system itself reads it, goes nowhere', async (host) => {
    const real = await createProxy({ open: [] });
    const told: string[] = [];
    const token = newProxyToken();
    const onCall = () => (end: OutsideCallEnd) => void told.push(end.error?.type ?? 'served');
    const leave = real.admit({ token, hosts: ['*'], given: [], onCall });
    for (const asked of [get(`http://${host}/`), `CONNECT ${host}:443 HTTP/1.1\r\n\r\n`]) {
      expect(await send(token, asked, undefined, real.port)).toMatch(/^HTTP\/1.1 403 .*private, loopback or metadata/s);
    }
    await leave();
    await real.close();
    expect(told).toEqual(['AddressClosed', 'AddressClosed']);
  });

  it('reaches what the deployment gives, wherever it is', async () => {
    const { token, leave } = admit([], [`web.test:${port}`]);
    expect(await send(token, get(`http://web.test:${port}/`))).toContain('GET /');
    await leave();
  });

  it('whose name changes its address meanwhile goes to the one that was checked', async () => {
    const { token, leave } = admit([`moving.test:${port}`]);
    names['moving.test'] = ['10.0.0.7', '127.0.0.1'];
    expect(await send(token, get(`http://moving.test:${port}/`))).toContain('GET /');
    names['moving.test'] = ['10.0.0.7'];
    expect(await send(token, get(`http://moving.test:${port}/`))).toContain('403');
    await leave();
  });

  it('without a live token is not served', async () => {
    const { token, leave } = admit(['*']);
    expect(await send(newProxyToken(), get(`http://web.test:${port}/`))).toBe('');
    await leave();
    expect(await send(token, get(`http://web.test:${port}/`))).toBe('');
  });
});

it.each([
  ['example.com', 'example.com', 443, true],
  ['example.com', 'EXAMPLE.com.', 80, true],
  ['example.com', 'example.com', 8443, false],
  ['example.com:8443', 'example.com', 8443, true],
  ['example.com:8443', 'example.com', 443, false],
  ['*.example.com', 'a.b.example.com', 443, true],
  ['*.example.com', 'example.com', 443, false],
  ['*.example.com', 'badexample.com', 443, false],
  ['example.com', 'example.com.evil.test', 443, false],
  ['*', 'anything.test', 443, true],
  ['*', 'anything.test', 22, false],
  ['*:22', 'anything.test', 22, true],
  ['[2606:4700::1111]:443', '2606:4700::1111', 443, true],
])('the entry %s and %s:%i: %s', (entry, host, at, isAllowed) => {
  expect(createAllowList([entry]).allows({ host, port: at })).toBe(isAllowed);
});

it('opens what the deployment says, and no more', () => {
  const { isOpen } = createOpenPlaces(['10.1.0.0/16', 'db.test:5432', '[fd00::1]', '127.0.0.1:9']);
  expect(isOpen({ host: 'x', port: 80 }, '10.1.2.3')).toBe(true);
  expect(isOpen({ host: 'x', port: 80 }, '10.2.2.3')).toBe(false);
  expect(isOpen({ host: 'db.test', port: 5432 }, '10.9.9.9')).toBe(true);
  expect(isOpen({ host: 'db.test', port: 22 }, '10.9.9.9')).toBe(false);
  expect(isOpen({ host: 'x', port: 80 }, 'fd00::1')).toBe(true);
  expect(isOpen({ host: 'x', port: 9 }, '127.0.0.1')).toBe(true);
  expect(isOpen({ host: 'x', port: 10 }, '127.0.0.1')).toBe(false);
});

// Contract: a play with network `hosts` reaches what its version lists and nothing else, whatever it does; each connection is a span with
// host, bytes and outcome below the step that made it; a network that is not permitted or cannot be enforced refuses the play with a reason.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { silentLog } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInterpreters } from '../src/create-interpreters.ts';
import { findPython } from '../src/interpreters/python.ts';
import { createProxy, type ForwardProxy } from '../src/proxy/proxy.ts';
import { createWorld } from './world.ts';

const SDK = fileURLToPath(new URL('../../../python', import.meta.url));
const python = await findPython().catch(() => undefined);

const ASKS = `
import asyncio, socket, urllib.error, urllib.request
from hero_tracing import flow

def said(attempt):
    try:
        return attempt()
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()[:200]]
    except OSError as error:
        return type(error).__name__

def get(url):
    return urllib.request.urlopen(url, timeout=10).read().decode()

def raw(port):
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
        return s.recv(1000).decode()[:12]

async def async_raw(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"nonsense\\r\\n\\r\\n")
    text = (await reader.read(12)).decode()
    writer.close()
    return text

@flow
def main(port: int, other: int):
    return {
        "listed": said(lambda: get(f"http://127.0.0.1:{port}/listed")),
        "other": said(lambda: get(f"http://127.0.0.1:{other}/other")),
        "sent_on": said(lambda: get(f"http://127.0.0.1:{port}/away")),
        "past": said(lambda: raw(other)),
        "past_async": said(lambda: asyncio.run(async_raw(other))),
        "name": said(lambda: get("http://metadata.google.internal/")),
        "udp": said(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()),
    }
`;

const STEPS = `
import asyncio, http.client, os, threading, urllib.request
from hero_tracing import flow

def get(port, path):
    return urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10).read()

both = threading.Barrier(2, timeout=20)

def named(name):
    @flow(name=name)
    def step(port: int) -> str:
        both.wait()
        get(port, name)
        both.wait()
        return name
    return step

one, two = named("one"), named("two")

@flow
def three(port: int) -> str:
    return asyncio.run(asyncio.to_thread(lambda: get(port, "three").decode()))

@flow
def kept(port: int, path: str) -> str:
    connection.request("GET", f"http://127.0.0.1:{port}/{path}")
    return connection.getresponse().read().decode()

@flow
def after(port: int) -> str:
    get(port, "after")
    return "x"

@flow
def main(port: int) -> str:
    global connection
    flow.gather(lambda: one(port), lambda: two(port))
    three(port)
    proxy = os.environ["HTTP_PROXY"].rsplit(":", 1)
    connection = http.client.HTTPConnection("127.0.0.1", int(proxy[1]), timeout=10)
    kept(port, "a")
    connection.request("GET", f"http://127.0.0.1:{port}/outside")
    connection.getresponse().read()
    after(port)
    return "done"
`;

const TELLS = `
import contextlib, http.client, os, urllib.request
from hero_tracing import flow

@flow
def main():
    key, port = os.environ["HERO_AIBROKER_KEY"], int(os.environ["HTTP_PROXY"].rsplit(":", 1)[1])
    with contextlib.suppress(OSError): urllib.request.urlopen(f"http://{key}.example/", timeout=10)
    tunnel = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    tunnel.set_tunnel(f"{key}.example", 443)
    with contextlib.suppress(OSError): tunnel.request("GET", "/")
`;
const KEY = 'Key-of-the-Models-0123456789';

describe.skipIf(python === undefined)('a play', () => {
  const folder = createTempDir();
  const seen: string[] = [];
  const servers = [0, 1].map((n) =>
    createServer((request, response) => {
      seen.push(`${n}${request.url}`);
      if (request.url === '/away') response.writeHead(302, { location: `http://127.0.0.1:${ports[1]}/other` });
      response.end(`server ${n}`);
    }),
  );
  let ports: number[] = [];
  let proxy: ForwardProxy;
  let world: Awaited<ReturnType<typeof createWorld>>;

  beforeAll(async () => {
    for (const server of servers) server.listen(0, '127.0.0.1');
    await Promise.all(servers.map((server) => once(server, 'listening')));
    ports = servers.map((server) => (server.address() as AddressInfo).port);
    proxy = await createProxy({ open: [`127.0.0.1:${ports[0]}`] });
    const broker = { url: 'http://127.0.0.1:9/v1', key: KEY, model: '' };
    const common = { sdkPath: SDK, slots: 2, log: silentLog, proxyPort: proxy.port };
    const interpreters = await createInterpreters({ ...common, dir: folder.path });
    world = await createWorld({ interpreters, proxy, config: { slots: 2, networkMost: 'hosts', broker } });
  });
  afterAll(async () => {
    await world.dispose();
    for (const server of servers) server.close();
    folder.remove();
  });

  it('with network hosts reaches those that are listed, and nothing else', async () => {
    const [port = 0, other = 0] = ports;
    world.scheduler.addVersion('v', ASKS, {
      limits: { network: 'hosts', hosts: [`127.0.0.1:${port}`, 'metadata.google.internal'] },
    });
    world.scheduler.enqueue('p', { workflowVersionSid: 'v', inputData: JSON.stringify({ port, other }) });
    const report = await world.scheduler.reported('p');
    expect(report.error?.message ?? '').toBe('');
    expect(JSON.parse(report.outputData)).toEqual({
      listed: 'server 0',
      other: [403, expect.stringContaining('limits.hosts')],
      sent_on: [403, expect.stringContaining('limits.hosts')],
      past: 'HTTP/1.1 400',
      past_async: expect.not.stringContaining('server'),
      name: [expect.any(Number), expect.stringMatching(/no address|private/)],
      udp: 'PermissionError',
    });
    expect(seen).toEqual(['0/listed', '0/away']);
    const { spans } = await world.spans.getSkeleton({ playSid: 'p' });
    const calls = spans.filter(({ name }) => name.startsWith('net:'));
    expect(calls.map(({ title, status, error }) => [title, SpanStatus[status], error?.type ?? ''])).toEqual([
      [`GET 127.0.0.1:${port}`, 'OK', ''],
      [`GET 127.0.0.1:${other}`, 'FAILED', 'HostNotAllowed'],
      [`GET 127.0.0.1:${port}`, 'OK', ''],
      [`GET 127.0.0.1:${other}`, 'FAILED', 'HostNotAllowed'],
      ['GET metadata.google.internal:80', 'FAILED', expect.stringMatching(/HostNotFound|AddressClosed/)],
    ]);
    expect(Number(calls[0]?.tags?.bytes_in)).toBeGreaterThan(50);
    expect(calls[0]?.parentId).toBe(spans.find(({ name }) => name === 'main')?.spanId);
  });

  it('has each connection below the step that made it, also side by side, in async code, and on a connection that is kept', async () => {
    const [port = 0] = ports;
    world.scheduler.addVersion('steps', STEPS, { limits: { network: 'hosts', hosts: [`127.0.0.1:${port}`] } });
    world.scheduler.enqueue('steps', { workflowVersionSid: 'steps', inputData: JSON.stringify({ port }) });
    const report = await world.scheduler.reported('steps');
    expect([report.error?.message ?? '', report.outputData]).toEqual(['', '"done"']);
    const { spans } = await world.spans.getSkeleton({ playSid: 'steps' });
    const nameOf = (id: string) => spans.find(({ spanId }) => spanId === id)?.name;
    const calls = spans.filter(({ name }) => name.startsWith('net:')).map(({ parentId }) => nameOf(parentId));
    expect(calls.sort()).toEqual(['after', 'kept', 'main', 'one', 'three', 'two']);
  });

  it('has nothing in the spans of its connections that is to be hidden', async () => {
    world.scheduler.addVersion('tells', TELLS, { limits: { network: 'hosts', hosts: ['api.example.com'] } });
    world.scheduler.enqueue('tells', { workflowVersionSid: 'tells' });
    await world.scheduler.reported('tells');
    const { spans } = await world.spans.getSkeleton({ playSid: 'tells' });
    const calls = spans.filter(({ name }) => name.startsWith('net:'));
    expect(calls.map(({ title }) => title)).toEqual([
      'GET [HERO_AIBROKER_KEY].example:80',
      'CONNECT [HERO_AIBROKER_KEY].example:443',
    ]);
    const told = JSON.stringify(spans, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(told.toLowerCase()).not.toContain(KEY.toLowerCase());
  });

  it('is refused a network that the deployment does not permit', async () => {
    world.scheduler.addVersion('any', ASKS, { limits: { network: 'any' } });
    world.scheduler.enqueue('any', { workflowVersionSid: 'any' });
    const { outcome, error } = await world.scheduler.reported('any');
    expect([outcome, error?.type]).toEqual([RunOutcome.FAILED, 'NetworkNotPermitted']);
  });

  it('is refused network hosts where the sandbox cannot enforce it', async () => {
    const dir = `${folder.path}/none`;
    const interpreters = await createInterpreters({ sdkPath: SDK, slots: 1, log: silentLog, dir, mostTier: 'D' });
    const least = createInterpreters({ sdkPath: SDK, slots: 1, log: silentLog, dir, mostTier: 'D', minTier: 'C' });
    await expect(least).rejects.toThrow('in sandbox tier D here, but at least tier C is required');
    const bare = await createWorld({ interpreters });
    bare.scheduler.addVersion('v', ASKS, { limits: { network: 'hosts', hosts: ['*'] } });
    bare.scheduler.enqueue('p', { workflowVersionSid: 'v' });
    const { error } = await bare.scheduler.reported('p');
    expect(error).toMatchObject({ type: 'NetworkNotEnforced', message: expect.stringContaining('tier D') });
    await bare.dispose();
  });
});

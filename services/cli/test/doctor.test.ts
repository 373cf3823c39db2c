// Contract: the doctor says of each thing it looked at whether it works, and what to do where it does not; exit 0 without a problem, 1 with
// one; JSON on demand. It finds: a taken port, a variable that cannot be read, a Python that is none, a sandbox below what is asked for, a
// data folder that cannot be written, a server or service that is away, is something else, is not ready, has another version or another time.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttp2, type Http2Server } from 'node:http2';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createTempDir } from '@hero-logic/platform/testing';
import { Health, HealthCheckResponse_ServingStatus as Status } from '@hero-logic/proto/grpc/health/v1/health_pb';
import { afterAll, afterEach, expect, it } from 'vitest';
import { runCli } from '../src/run-cli.ts';
import { createTestIo } from '../src/testing/test-io.ts';

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly said: string;
  readonly fix: string;
}

const folder = createTempDir();
const servers: (Server | Http2Server)[] = [];
const FAST = { HERO_LOGIC_INTERPRETERS: 'spawn', HERO_LOGIC_PORT: '0' };

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => folder.remove());

async function doctor(env: Record<string, string>, args: string[] = []) {
  const io = createTestIo();
  const all = { PATH_ROOT: join(folder.path, 'root'), ...FAST, ...env };
  const argv = ['doctor', '-o', 'json', ...args];
  const code = await runCli({ argv, io, env: all, interrupted: () => new AbortController().signal });
  const { ok, findings } = JSON.parse(io.written.out) as { ok: boolean; findings: Finding[] };
  expect(ok).toBe(code === 0);
  for (const { level, fix } of findings) expect(fix === '').toBe(level === 'ok');
  return { code, findings, of: (check: string) => findings.filter((one) => one.check === check) };
}

async function listen<T extends Server | Http2Server>(server: T): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

it('a machine that has everything', async () => {
  const { code, of } = await doctor({ HERO_LOGIC_INTERPRETERS: 'zygote' });
  expect(code).toBe(0);
  for (const check of ['node', 'configuration', 'python', 'sandbox', 'data folder', 'privacy', 'disk', 'ports']) {
    expect(
      of(check).map(({ level }) => level),
      check,
    ).toEqual(['ok']);
  }
});

it('what is wrong with this machine, each with its fix', async () => {
  const taken = await listen(createServer());
  const port = await doctor({ HERO_LOGIC_PORT: String(taken) });
  expect(port.code).toBe(1);
  expect(port.of('ports')[0]).toMatchObject({ level: 'problem', fix: expect.stringContaining('HERO_LOGIC_PORT') });

  const variable = await doctor({ HERO_LOGIC_SLOTS: 'many' });
  expect(variable.of('configuration')[0]?.said).toContain('HERO_LOGIC_SLOTS must be a whole number');

  const python = await doctor({ HERO_LOGIC_PYTHON: '/nowhere/python3' });
  expect(python.of('python')[0]).toMatchObject({ level: 'problem', fix: expect.stringContaining('HERO_LOGIC_PYTHON') });

  const tier = await doctor({ HERO_LOGIC_MIN_TIER: 'B' });
  expect(tier.of('sandbox')[0]).toMatchObject({
    level: 'problem',
    fix: expect.stringContaining('HERO_LOGIC_MIN_TIER'),
  });

  mkdirSync(join(folder.path, 'full'), { recursive: true });
  writeFileSync(join(folder.path, 'full', 'var'), 'a file where a folder has to be');
  const data = await doctor({ PATH_ROOT: join(folder.path, 'full') });
  expect(data.of('data folder')[0]).toMatchObject({ level: 'problem', fix: expect.stringContaining('PATH_ROOT') });
});

it('servers and services, seen from here', async () => {
  const answers = await listen(createServer());
  const away = await listen(createServer());
  const closed = servers.pop() as Server;
  await new Promise((resolve) => closed.close(resolve));
  const fake = (status: Status, headers: Record<string, string>) =>
    listen(
      createHttp2(
        connectNodeAdapter({
          routes: (router) =>
            router.service(Health, {
              check(_request, context) {
                for (const [name, value] of Object.entries(headers)) context.responseHeader.set(name, value);
                return { status };
              },
            }),
        }),
      ),
    );
  const old = await fake(Status.SERVING, { 'hero-logic-version': '0.0.9' });
  const late = await fake(Status.SERVING, { date: new Date(Date.now() - 3_600_000).toUTCString() });
  const unready = await fake(Status.NOT_SERVING, {});
  const url = (port: number) => `http://127.0.0.1:${port}`;
  const { code, of } = await doctor(
    {
      MONGODB_URL: `mongodb://user:secret@127.0.0.1:${answers},127.0.0.1:${away}/hero_logic`,
      REDIS_URL: 'nonsense',
      HERO_LOGIC_REGISTRY_URL: url(old),
      HERO_LOGIC_SCHEDULER_URL: url(late),
      HERO_LOGIC_EXECUTOR_URL: url(unready),
      HERO_LOGIC_BENCH_URL: url(away),
    },
    ['--mesh'],
  );
  expect(code).toBe(1);
  // One host takes connections and is no MongoDB.
  expect(of('mongodb').map(({ level }) => level)).toEqual(['ok', 'problem', 'problem']);
  expect(of('mongodb')[1]?.fix).toContain('MONGODB_URL');
  expect(JSON.stringify(of('mongodb'))).not.toContain('secret');
  expect(of('redis')[0]).toMatchObject({ level: 'problem', fix: expect.stringContaining('REDIS_URL') });
  expect(of('registry').map(({ level }) => level)).toEqual(['ok', 'warning']);
  expect(of('registry')[1]?.said).toContain('0.0.9');
  expect(of('scheduler')[1]).toMatchObject({ level: 'problem', fix: expect.stringContaining('NTP') });
  expect(of('executor')[0]?.fix).toContain('/readyz');
  expect(of('bench')[0]).toMatchObject({ level: 'problem', fix: expect.stringContaining('HERO_LOGIC_BENCH_URL') });
});

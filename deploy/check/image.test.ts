// Contract: the file system of the image, installed as the Dockerfile says and read-only for its user, runs the five commands of
// docker-compose.yml with their environment (only names of containers are those of this machine; on MongoDB and Redis where the tests have
// them, else on files): all become ready, the doctor of the image
// finds nothing wrong, a play goes through all of them with the administrator's key and is refused without one, one trace holds the calls of
// all services, every number that the dashboard and the alerts ask for is there, and SIGTERM ends each with exit code 0.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { traceIdOf } from '@hero-logic/platform';
import { createOtlpReceiver, type OtlpReceiver } from '@hero-logic/platform/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './chart.ts';
import { type Image, layOutImage } from './image.ts';

const NAMES = ['registry', 'scheduler', 'executor', 'bench', 'bridge'] as const;
type Name = (typeof NAMES)[number];
const ADMIN_KEY = 'a'.repeat(43);
const isRoot = process.getuid?.() === 0;
/** As in the Dockerfile. */
const USER = isRoot ? { uid: 10001, gid: 10001 } : {};

const { MONGODB_URL: mongoUrl, REDIS_URL: redisUrl = '' } = process.env;
/** Without MongoDB each service keeps a file of its own. */
const SERVERS = mongoUrl
  ? { MONGODB_URL: `${mongoUrl.replace(/\/[^/]*$/, '')}/image_${process.pid}`, REDIS_URL: redisUrl }
  : { HERO_LOGIC_STORE: 'sqlite', MONGODB_URL: '', REDIS_URL: redisUrl };

const folder = mkdtempSync(join(tmpdir(), 'hl-image-'));
const processes = new Map<Name, ChildProcess>();
const ports = new Map<Name, number>();
let image: Image;
let receiver: OtlpReceiver;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  image = layOutImage(folder);
  receiver = await createOtlpReceiver();
  for (const name of NAMES) ports.set(name, await freePort());
  await Promise.all(NAMES.map(start));
}, 300_000);

afterAll(async () => {
  for (const child of processes.values()) child.kill('SIGKILL');
  await receiver?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

function environment(name: Name): Record<string, string> {
  const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true });
  const given = Object.entries(compose.services[name].environment as Record<string, string>).map(
    ([variable, value]) => [
      variable,
      value
        .replace(/\$\{HERO_LOGIC_(SERVICE_TOKEN|ADMIN_KEY|SECRETS_KEY):[^}]*\}/, (_, which) =>
          which === 'ADMIN_KEY' ? ADMIN_KEY : 's'.repeat(43),
        )
        .replace(/\$\{[A-Z_]+:-(\w+)\}/, '$1'),
    ],
  );
  const data = join(folder, 'data', name);
  mkdirSync(data, { recursive: true });
  if (isRoot) for (const path of [join(folder, 'data'), data]) chownSync(path, 10001, 10001);
  return {
    ...image.env,
    ...Object.fromEntries(given),
    ...Object.fromEntries(
      NAMES.filter((other) => other !== 'bridge').map((other) => [
        `HERO_LOGIC_${other.toUpperCase()}_URL`,
        `http://127.0.0.1:${ports.get(other)}`,
      ]),
    ),
    [`HERO_LOGIC_${name.toUpperCase()}_PORT`]: String(ports.get(name)),
    PATH_ROOT: data,
    HERO_LOGIC_HOST: '127.0.0.1',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    ...SERVERS,
  };
}

async function start(name: Name): Promise<void> {
  const [command = '', ...args] = image.command(['serve', name]);
  const child = spawn(command === 'node' ? process.execPath : command, args, {
    cwd: image.folder,
    env: environment(name),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...USER,
  });
  processes.set(name, child);
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) if (String(chunk).includes('is ready')) return;
  throw new Error(`${name} ended before it was ready:\n${said}`);
}

async function page(name: Name, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${(ports.get(name) as number) + 20}${path}`);
  return { status: response.status, text: await response.text() };
}

interface Reply {
  readonly result?: unknown;
  readonly error?: { readonly data: { readonly reason: string } };
}

async function rpc(method: string, params: object, key: string | undefined): Promise<{ reply: Reply }> {
  const response = await fetch(`http://127.0.0.1:${ports.get('bridge')}/rpc`, {
    method: 'POST',
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return { reply: (await response.json()) as Reply };
}

it('all are ready, and the doctor finds nothing wrong', { timeout: 60_000 }, async () => {
  for (const name of NAMES) expect((await page(name, '/readyz')).status, name).toBe(200);
  const [, ...args] = image.command(['doctor', '--mesh', '-o', 'json']);
  const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...env } = environment('executor');
  const child = spawn(process.execPath, args, { cwd: image.folder, env, ...USER });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const [code] = await once(child, 'close');
  expect(JSON.parse(out).findings.filter((one: { level: string }) => one.level === 'problem')).toEqual([]);
  expect(code).toBe(0);
});

it('a play goes through all of them in one trace, with a key and not without', { timeout: 120_000 }, async () => {
  const refused = await rpc('play_start', { workflow_name: 'tour', input_data: {} }, undefined);
  expect(refused.reply.error?.data.reason).toBe('UNAUTHENTICATED');
  const { reply } = await rpc('play_start', { workflow_name: 'tour', input_data: {}, wait_ms: 60_000 }, ADMIN_KEY);
  const play = reply.result as { sid: string; status: string; pending_resumes: { id: string }[] };
  expect(play?.status, JSON.stringify(reply)).toBe('awaiting_resume');
  await rpc(
    'play_resume',
    { play_sid: play.sid, resume_id: play.pending_resumes[0]?.id, payload_json: '"warm"' },
    ADMIN_KEY,
  );
  const ended = await rpc('play_wait', { play_sid: play.sid, timeout_ms: 60_000, until: 'terminal' }, ADMIN_KEY);
  expect(ended.reply.result).toMatchObject({ status: 'success' });

  const root = await receiver.until(({ name, traceId }) => name === 'play tour' && traceId === traceIdOf(play.sid));
  const caller = root.links.find(({ relation }) => relation === 'trigger');
  await receiver.until(({ traceId, service }) => traceId === caller?.traceId && service === 'hero-logic-bridge');
  await receiver.until(
    ({ traceId, name, service }) =>
      traceId === root.traceId && service === 'hero-logic-executor' && name.startsWith('run 2'),
  );
  const ofCall = receiver.spans.filter(({ traceId }) => traceId === caller?.traceId);
  expect(new Set(ofCall.map(({ service }) => service))).toEqual(
    new Set(['hero-logic-bridge', 'hero-logic-scheduler', 'hero-logic-registry']),
  );
});

it('every number that the dashboard and the alerts ask for is there', { timeout: 60_000 }, async () => {
  const texts = await Promise.all(NAMES.map(async (name) => (await page(name, '/metrics')).text));
  const present = new Set(texts.join('\n').match(/^[a-z_]+(?=[{ ])/gm));
  const asked = ['dashboard.json', 'alerts.yaml'].flatMap(
    (file) =>
      readFileSync(join(ROOT, 'deploy/observability', file), 'utf8').match(/\b(hero|process|nodejs)_[a-z_]+\b/g) ?? [],
  );
  // A counter that has never counted is not there yet.
  const silent = ['hero_leases_expired_total', ...(redisUrl === '' ? ['hero_signals_up'] : [])];
  expect([...new Set(asked)].filter((name) => !present.has(name) && !silent.includes(name))).toEqual([]);
  expect(asked.length).toBeGreaterThan(30);
});

it('SIGTERM ends each of them well', { timeout: 60_000 }, async () => {
  const codes = await Promise.all(
    NAMES.map(async (name) => {
      const child = processes.get(name) as ChildProcess;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      return (await gone)[0];
    }),
  );
  expect(codes).toEqual([0, 0, 0, 0, 0]);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

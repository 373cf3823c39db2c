// Contract: /livez answers while the process does; /readyz is 503 and names what is missing while a server that it needs is away, and again
// 200 afterwards; gRPC health says the same, but "livez" stays SERVING; a check that hangs is given up after 2 s, and none is asked more
// than once a second; /metrics is Prometheus' text with what was counted, and the calls by method and code.

import { Code, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { Health, HealthCheckResponse_ServingStatus as Status } from '@hero-logic/proto/grpc/health/v1/health_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOpenGuard } from '../access/guard.ts';
import { HeroError } from '../errors/hero-error.ts';
import { silentLog } from '../log.ts';
import { createRpcServer, type RpcServer } from '../rpc/server.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { opsPages } from './ops-pages.ts';
import { createOpsServer, type OpsServer } from './ops-server.ts';
import { gauge } from './process-metrics.ts';
import { createReadiness } from './readiness.ts';

const clock = createFakeClock();
let problem: string | undefined;
let asked = 0;
const readiness = createReadiness(
  [
    {
      name: 'store',
      ask: async () => {
        asked += 1;
        if (problem !== undefined) throw new Error(problem);
      },
    },
  ],
  clock,
);
let metrics: Metrics;
let ops: OpsServer;
let server: RpcServer;

beforeAll(async () => {
  metrics = await createMetrics({ service: 'test', version: '1.2.3' });
  ops = await createOpsServer({ pages: opsPages({ readiness, metrics }), host: '127.0.0.1', port: 0, log: silentLog });
  server = await createRpcServer({
    ...{ host: '127.0.0.1', port: 0, log: silentLog, guard: createOpenGuard('admin'), readiness, meter: metrics.meter },
    routes: [
      (router) =>
        router.service(PlayService, {
          getPlay() {
            throw new HeroError('PLAY_NOT_FOUND', 'no such play');
          },
        }),
    ],
  });
});
afterAll(async () => {
  await Promise.all([ops.close(), server.close(0), metrics.close()]);
});

async function page(path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${ops.port}${path}`, { method });
  return { status: response.status, text: await response.text() };
}

async function health(service: string): Promise<Status> {
  const client = createClient(Health, createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}` }));
  return (await client.check({ service })).status;
}

it('is ready, not ready with the reason, and ready again; alive all the time', async () => {
  expect(await page('/readyz')).toEqual({ status: 200, text: 'ok  store\nready\n' });
  expect(await health('')).toBe(Status.SERVING);
  expect(asked, 'asked once for both').toBe(1);
  problem = 'connection refused; check MONGODB_URL';
  await clock.advance(1000);
  expect(await page('/readyz')).toEqual({ status: 503, text: `NOT store: ${problem}\nnot ready\n` });
  expect(await page('/livez')).toEqual({ status: 200, text: 'ok\n' });
  expect(await health('')).toBe(Status.NOT_SERVING);
  expect(await health('herologic.scheduler.v1.PlayService')).toBe(Status.NOT_SERVING);
  expect(await health('livez')).toBe(Status.SERVING);
  problem = undefined;
  await clock.advance(1000);
  expect((await page('/readyz')).status).toBe(200);
  expect((await page('/other')).status).toBe(404);
  expect((await page('/metrics', 'POST')).status).toBe(405);
});

it('gives a check up that hangs, and is not ready while it drains', async () => {
  const hanging = createReadiness([{ name: 'store', ask: () => new Promise(() => {}) }], clock);
  const results = hanging.results();
  await clock.advance(2000);
  expect(await results).toEqual([
    { name: 'store', problem: 'gave no answer within 2 s', answerMs: expect.any(Number) },
  ]);
  const draining = createReadiness([], clock);
  expect(await draining.isReady()).toBe(true);
  draining.drain();
  expect(await draining.results()).toEqual([{ name: 'process', problem: 'is stopping', answerMs: 0 }]);
});

it('serves what was counted, in the form that Prometheus reads', async () => {
  metrics.meter.createCounter('hero_things_total', { description: 'Things.' }).add(2, { kind: 'a' });
  gauge(metrics.meter, 'hero_level', 'A level.', (set) => set(7, { of: 'x' }));
  const client = createClient(PlayService, createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}` }));
  await expect(client.getPlay({ playSid: '01kcs9h5w0x7v5t2m4q8n3z6ya' })).rejects.toMatchObject({
    code: Code.NotFound,
  });
  const { status, text } = await page('/metrics');
  expect(status).toBe(200);
  expect(text).toContain('# TYPE hero_things_total counter\nhero_things_total{kind="a"} 2\n');
  expect(text).toContain('hero_level{of="x"} 7\n');
  expect(text).toContain('hero_build_info{service="test",version="1.2.3"} 1\n');
  expect(text).toMatch(
    /hero_rpc_seconds_count\{method="herologic.scheduler.v1.PlayService\/GetPlay",code="notfound"\} 1\n/,
  );
  expect(text).toMatch(/process_cpu_seconds_total [\d.]+\n/);
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .*|[a-z_]+(\{[^{}]*\})? (NaN|[-+]?[\dInfe.+-]+))$|^$/);
  }
});

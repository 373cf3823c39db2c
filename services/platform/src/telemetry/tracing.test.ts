// Contract: with a collector every call is a span, a call made inside of it is its child (also across processes, by traceparent), log lines
// carry its ids, and a finished span of a play arrives as it was given. Probes are not traced. A ratio keeps or drops whole traces. A
// collector that is away fails nothing. Without a collector a call carries no header.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { Health } from '@hero-logic/proto/grpc/health/v1/health_pb';
import { PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterEach, expect, it } from 'vitest';
import { createOpenGuard } from '../access/guard.ts';
import { createLog, silentLog } from '../log.ts';
import { createMeshTransport } from '../rpc/mesh-transport.ts';
import { createRpcServer, type RpcServer } from '../rpc/server.ts';
import { createOtlpReceiver } from '../testing/otlp-receiver.ts';
import { createTempDir } from '../testing/temp-dir.ts';
import { otelSpanId, playSpanId, traceIdOf } from './trace-ids.ts';
import { startTracing, type Tracing } from './tracing.ts';

const SID = '01kcs9h5w0x7v5t2m4q8n3z6ya';
const open: { close(graceMs: number): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close(0);
});

async function trace(endpoint: string, ratio = 1): Promise<Tracing> {
  const tracing = await startTracing({ endpoint, ratio, service: 'test', version: '1', log: silentLog });
  open.push(tracing);
  return tracing;
}

/** A server whose plays are those of another server. */
async function twoServers(inside: (header: Headers) => void): Promise<RpcServer> {
  const far = await createRpcServer({
    ...{ host: '127.0.0.1', port: 0, log: silentLog, guard: createOpenGuard('admin') },
    routes: [
      (router) =>
        router.service(PlayService, {
          getPlay({ playSid }, context) {
            inside(context.requestHeader);
            return create(PlaySchema, { sid: playSid });
          },
        }),
    ],
  });
  const next = createClient(
    PlayService,
    createMeshTransport({ urls: { scheduler: `http://127.0.0.1:${far.port}` }, serviceToken: '' }),
  );
  const near = await createRpcServer({
    ...{ host: '127.0.0.1', port: 0, log: silentLog, guard: createOpenGuard('admin') },
    routes: [(router) => router.service(PlayService, { getPlay: ({ playSid }) => next.getPlay({ playSid }) })],
  });
  open.push(far, near);
  return near;
}

it('calls are spans, one inside the other, in one trace across servers', async () => {
  const receiver = await createOtlpReceiver();
  open.push(receiver);
  const tracing = await trace(receiver.url);
  const folder = createTempDir();
  const file = join(folder.path, 'log');
  const log = createLog({ level: 'info', file });
  const server = await twoServers(() =>
    log.info({ lease: { token: 'secret' }, headers: { authorization: 'secret' } }, 'inside'),
  );
  const transport = createMeshTransport({ urls: { scheduler: `http://127.0.0.1:${server.port}` }, serviceToken: '' });
  await createClient(PlayService, transport).getPlay({ playSid: SID });
  await createClient(
    Health,
    createMeshTransport({ urls: { health: `http://127.0.0.1:${server.port}` }, serviceToken: '' }),
  ).check({});
  await tracing.close();

  const calls = receiver.spans.filter(({ name }) => name === 'herologic.scheduler.v1.PlayService/GetPlay');
  expect(calls.length, 'client, server, client, server').toBe(4);
  expect(receiver.spans.length, 'no span for a probe').toBe(4);
  expect(new Set(calls.map(({ traceId }) => traceId)).size).toBe(1);
  const byId = new Map(calls.map((span) => [span.spanId, span]));
  const depths = calls.map((span) => {
    let depth = 0;
    for (let at = byId.get(span.parentSpanId); at !== undefined; at = byId.get(at.parentSpanId)) depth += 1;
    return depth;
  });
  expect(depths.sort()).toEqual([0, 1, 2, 3]);
  const line = JSON.parse(readFileSync(file, 'utf8'));
  folder.remove();
  expect(line).toMatchObject({
    trace_id: calls[0]?.traceId,
    lease: { token: '[redacted]' },
    headers: { authorization: '[redacted]' },
  });
  expect(byId.has(line.span_id)).toBe(true);
});

it('a finished span arrives as it was given', async () => {
  const receiver = await createOtlpReceiver();
  open.push(receiver);
  const tracing = await trace(receiver.url);
  const at = 1_767_225_600_123;
  const link = { traceId: traceIdOf(SID), spanId: playSpanId(SID), relation: 'fork' };
  tracing.record({
    ...{ traceId: traceIdOf(SID), spanId: otelSpanId('0123456789abcdef'), parentSpanId: playSpanId(SID), name: 'step' },
    ...{ startMs: at, endMs: at + 1500.5, error: 'ValueError: no', links: [link] },
    attributes: { 'gen_ai.usage.input_tokens': 12, 'hero.cost_usd': 0.25, text: 'ä', flag: true },
    events: [{ name: 'attempt failed', atMs: at + 1, attributes: {} }],
  });
  await tracing.close();
  expect(receiver.spans).toEqual([
    {
      ...{
        service: 'hero-logic-test',
        traceId: traceIdOf(SID),
        spanId: '0123456789abcdef',
        parentSpanId: playSpanId(SID),
      },
      ...{
        name: 'step',
        startMs: at,
        endMs: at + 1500.5,
        error: 'ValueError: no',
        links: [link],
        events: ['attempt failed'],
      },
      attributes: { 'gen_ai.usage.input_tokens': 12, 'hero.cost_usd': 0.25, text: 'ä', flag: true },
    },
  ]);
});

it('ids: a sid and its trace are the same 128 bits', () => {
  expect(traceIdOf('00000000000000000000000000')).toBe('0'.repeat(32));
  expect(traceIdOf('7zzzzzzzzzzzzzzzzzzzzzzzzz')).toBe('f'.repeat(32));
  expect(traceIdOf('01kcs9h5w0x7v5t2m4q8n3z6ya')).toMatch(/^019b329897[0-9a-f]{22}$/);
  expect(traceIdOf('no sid')).toMatch(/^[0-9a-f]{32}$/);
  expect(otelSpanId('from outside')).toMatch(/^[0-9a-f]{16}$/);
});

it('a ratio of 0 keeps nothing, and a collector that is away fails nothing', async () => {
  const receiver = await createOtlpReceiver();
  open.push(receiver);
  const none = await trace(receiver.url, 0);
  const span = { traceId: traceIdOf(SID), spanId: '0123456789abcdef', name: 'x', startMs: 0, endMs: 1, attributes: {} };
  none.record(span);
  await none.close();
  expect(receiver.spans).toEqual([]);

  const away = await trace('http://127.0.0.1:1');
  const server = await twoServers(() => {});
  const transport = createMeshTransport({ urls: { scheduler: `http://127.0.0.1:${server.port}` }, serviceToken: '' });
  expect((await createClient(PlayService, transport).getPlay({ playSid: SID })).sid).toBe(SID);
  away.record(span);
});

it('without a collector a call carries no header', async () => {
  const headers: (string | null)[] = [];
  const server = await twoServers((header) => headers.push(header.get('traceparent')));
  const transport = createMeshTransport({ urls: { scheduler: `http://127.0.0.1:${server.port}` }, serviceToken: '' });
  await createClient(PlayService, transport).getPlay({ playSid: SID });
  expect(headers).toEqual([null]);
});

// Contract: through a proxy and the mesh transport a call over real sockets behaves as a direct one: replies, streams, reasons with their
// fields, and a caller that goes away.

import { create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTrustingGuard } from '../access/guard.ts';
import { toHeroError } from '../errors/connect.ts';
import { HeroError } from '../errors/hero-error.ts';
import { silentLog } from '../log.ts';
import { createMeshTransport } from './mesh-transport.ts';
import { createProxyRoutes } from './proxy.ts';
import { createRpcServer, type RpcServer } from './server.ts';

let behind: RpcServer;
let front: RpcServer;
let left = false;

beforeAll(async () => {
  const common = { host: '127.0.0.1', port: 0, log: silentLog, guard: createTrustingGuard() };
  behind = await createRpcServer({
    ...common,
    routes: [
      (router) =>
        router.service(PlayService, {
          getPlay(request) {
            if (request.playSid === 'none')
              throw new HeroError('PLAY_NOT_FOUND', 'no such play', { metadata: { play_sid: 'none' } });
            return create(PlaySchema, { sid: request.playSid });
          },
          async *watchPlay(_request, { signal }) {
            yield { seq: 1n };
            yield { seq: 2n };
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
            left = true;
          },
        }),
    ],
  });
  const transport = createMeshTransport({
    urls: { scheduler: `http://127.0.0.1:${behind.port}` },
    serviceToken: '',
  });
  front = await createRpcServer({ ...common, routes: [createProxyRoutes([PlayService], transport)] });
});
afterAll(async () => {
  await front.close(100);
  await behind.close(100);
});

it('passes calls, errors, streams and hang-ups on', async () => {
  const plays = createClient(PlayService, createGrpcTransport({ baseUrl: `http://127.0.0.1:${front.port}` }));
  expect((await plays.getPlay({ playSid: 'x' }, { timeoutMs: 5000 })).sid).toBe('x');
  const none = toHeroError(await plays.getPlay({ playSid: 'none' }).catch((e: unknown) => e));
  expect(none).toMatchObject({ reason: 'PLAY_NOT_FOUND', metadata: { play_sid: 'none' } });
  const empty = toHeroError(await plays.getPlay({}).catch((e: unknown) => e));
  expect(empty.violations.map((v) => v.field)).toEqual(['play_sid']);
  const caller = new AbortController();
  const seen: bigint[] = [];
  await (async () => {
    for await (const change of plays.watchPlay({ playSid: 'x' }, { signal: caller.signal })) {
      seen.push(change.seq);
      if (seen.length === 2) caller.abort();
    }
  })().catch(() => undefined);
  expect(seen).toEqual([1n, 2n]);
  await expect.poll(() => left).toBe(true);
});

it('an address where nobody answers is UNAVAILABLE', async () => {
  const nobody = createClient(
    PlayService,
    createMeshTransport({ urls: { scheduler: 'http://127.0.0.1:1' }, serviceToken: '' }),
  );
  expect(toHeroError(await nobody.getPlay({ playSid: 'x' }).catch((e: unknown) => e)).reason).toBe('UNAVAILABLE');
});

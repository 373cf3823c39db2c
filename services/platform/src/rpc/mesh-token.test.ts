// Contract: a service with the token of the mesh may call; one with another, or with none, is told in one line which variable is wrong; what a
// service behind the door says of a key stays as it is.

import { createClient } from '@connectrpc/connect';
import { AccessCheckService } from '@hero-logic/proto/herologic/registry/v1/access_check_service_pb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKeyGuard } from '../access/guard.ts';
import { createKeyCheck } from '../access/key-check.ts';
import { systemClock } from '../clock.ts';
import { toHeroError } from '../errors/connect.ts';
import { HeroError } from '../errors/hero-error.ts';
import { silentLog } from '../log.ts';
import { createMeshTransport } from './mesh-transport.ts';
import { createRpcServer, type RpcServer } from './server.ts';

const TOKEN = 't'.repeat(32);
let server: RpcServer;
beforeAll(async () => {
  const check = async () => {
    throw new HeroError('UNAUTHENTICATED', 'no');
  };
  const authenticate = createKeyCheck({ check, adminKey: '', serviceToken: TOKEN, clock: systemClock });
  server = await createRpcServer({
    routes: [(router) => router.service(AccessCheckService, { checkApiKey: check })],
    guard: createKeyGuard(authenticate, undefined),
    host: '127.0.0.1',
    port: 0,
    log: silentLog,
  });
});
afterAll(() => server.close(0));

async function told(serviceToken: string): Promise<{ reason: string; message: string }> {
  const urls = { registry: `http://127.0.0.1:${server.port}` };
  const client = createClient(AccessCheckService, createMeshTransport({ urls, serviceToken }));
  try {
    await client.checkApiKey({ sid: 's', secretSha256: '0'.repeat(64) });
  } catch (error) {
    return toHeroError(error);
  }
  throw new Error('it was taken');
}

it('knows its own', async () => {
  expect(await told(TOKEN)).toMatchObject({ reason: 'UNAUTHENTICATED', message: 'no' });
  expect(await told('x'.repeat(32))).toMatchObject({
    reason: 'UNAVAILABLE',
    message: 'the service registry has another HERO_LOGIC_SERVICE_TOKEN than this one; every service needs the same',
  });
  expect((await told('')).message).toContain('asks for HERO_LOGIC_SERVICE_TOKEN, which is not set here');
});

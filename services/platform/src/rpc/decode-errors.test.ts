// Contract: a body that is no message is refused as the caller's fault, with a reason, whether it was sent as JSON or as bytes; what has a reason
// keeps it, with all it says.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOpenGuard } from '../access/guard.ts';
import { HeroError } from '../errors/hero-error.ts';
import { silentLog } from '../log.ts';
import { giveReasons } from './decode-errors.ts';
import { rpcInterceptors } from './server.ts';

let server: Server;
beforeAll(async () => {
  const getPlay = () => {
    throw new HeroError('PLAY_NOT_FOUND', 'none', { metadata: { play_sid: 'p' } });
  };
  const adapter = connectNodeAdapter({
    routes: (router) => {
      router.service(PlayService, { getPlay });
      giveReasons(router);
    },
    interceptors: rpcInterceptors({ log: silentLog, guard: createOpenGuard('admin') }),
  });
  server = createServer(adapter);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function told(type: string, body: string | Uint8Array<ArrayBuffer>): Promise<unknown[]> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/herologic.scheduler.v1.PlayService/GetPlay`;
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
  const error = (await response.json()) as { code: string; details?: { debug?: { reason?: string } }[] };
  return [response.status, error.code, error.details?.[0]?.debug?.reason];
}

it('says why', async () => {
  const refused = [400, 'invalid_argument', 'INVALID_ARGUMENT'];
  for (const body of ['{', '[]', '{"playSid": 5}', '{"no": 1}', `{"playSid": ["${'x'.repeat(5000)}"]}`]) {
    expect(await told('application/json', body), body.slice(0, 20)).toEqual(refused);
  }
  for (const bytes of [
    [10, 200],
    [10, 2, 0xc3, 0x28],
    [255, 255, 255],
  ]) {
    expect(await told('application/proto', Uint8Array.from(bytes)), String(bytes)).toEqual(refused);
  }
  expect(await told('application/json', '{"playSid":"p"}')).toEqual([404, 'not_found', 'PLAY_NOT_FOUND']);
});

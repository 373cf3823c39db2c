// Contract: between the processes of a mesh every method of every service, unary or streaming, for callers or for services alone, asks for the
// token of the mesh (or for a key): without it, with another one, and with whatever a request claims of itself, it is UNAUTHENTICATED. With the token a
// call has the role of the one on whose behalf it is made.

import { readdirSync } from 'node:fs';
import { create, type DescMethod, type DescService } from '@bufbuild/protobuf';
import type { Interceptor } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import {
  createLocalTransport,
  createRpcServer,
  type Routes,
  type RpcServer,
  silentLog,
  toHeroError,
} from '@hero-logic/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServiceAccess } from './access.ts';
import { accessConfig } from './access-config.ts';

const TOKEN = 'the-token-of-this-mesh-0123456789';
const config = accessConfig({ HERO_LOGIC_ACCESS: 'keys', HERO_LOGIC_SERVICE_TOKEN: TOKEN });
const generated = new URL('../../../../proto/gen/herologic/', import.meta.url);

let services: DescService[];
let server: RpcServer;
let reached: string[] = [];
beforeAll(async () => {
  const files = readdirSync(generated, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('_pb.js'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, generated).href)));
  services = modules.flatMap((m) => Object.values(m) as DescService[]).filter((d) => d.kind === 'service');
  // Each handler says that it was reached, and answers nothing.
  const routes: Routes = (router) => {
    for (const service of services) {
      const handlers = service.methods.map((method) => [method.localName, handlerOf(method)]);
      router.service(service, Object.fromEntries(handlers) as never);
    }
  };
  const transport = createLocalTransport({ routes: [], log: silentLog });
  const access = createServiceAccess({ config, transport, log: silentLog, audits: false });
  server = await createRpcServer({ routes: [routes], guard: access.guard, host: '127.0.0.1', port: 0, log: silentLog });
});
afterAll(() => server.close(0));

function handlerOf(method: DescMethod) {
  const note = () => void reached.push(`${method.parent.name}.${method.name}`);
  if (method.methodKind !== 'unary') {
    return async function* () {
      note();
      yield create(method.output);
    };
  }
  return async () => {
    note();
    return create(method.output);
  };
}

/** Calls everything; the reason that each call ends with. */
async function reasons(headers: Record<string, string>): Promise<Set<string>> {
  reached = [];
  const say: Interceptor = (next) => (req) => {
    for (const [name, value] of Object.entries(headers)) req.header.set(name, value);
    return next(req);
  };
  const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}`, interceptors: [say] });
  const found = new Set<string>();
  for (const method of services.flatMap(({ methods }) => methods)) {
    const message = create(method.input);
    const requests = (async function* () {
      yield message;
    })();
    try {
      if (method.methodKind === 'unary') {
        await transport.unary(method as never, undefined, undefined, undefined, message as never);
      } else {
        const reply = await transport.stream(method as never, undefined, undefined, undefined, requests as never);
        for await (const _ of reply.message) break;
      }
      found.add('');
    } catch (error) {
      found.add(toHeroError(error).reason);
    }
  }
  return found;
}

it('asks for the token', async () => {
  const streams = services.flatMap(({ methods }) => methods).filter(({ methodKind }) => methodKind !== 'unary');
  expect(streams.length).toBeGreaterThan(0);
  const claims = { 'x-hero-role': 'service', 'x-hero-user': 'registry' };
  for (const shown of [
    {},
    { authorization: `Bearer ${TOKEN.slice(1)}x` },
    { authorization: TOKEN },
    { authorization: 'Bearer ' },
  ]) {
    expect([...(await reasons({ ...claims, ...shown }))]).toEqual(['UNAUTHENTICATED']);
    expect(reached).toEqual([]);
  }
});

it('gives a call the role of whom it is made for', async () => {
  const authorization = `Bearer ${TOKEN}`;
  // The validation of empty requests comes behind the guard.
  expect([...(await reasons({ authorization }))].sort()).toEqual(['', 'INVALID_ARGUMENT']);
  const all = reached.length;
  const asViewer = await reasons({ authorization, 'x-hero-role': 'viewer', 'x-hero-user': 'eve' });
  expect(asViewer).toContain('PERMISSION_DENIED');
  expect(reached.length).toBeLessThan(all);
  expect(reached).not.toContain('LeaseService.AcquirePlays');
});

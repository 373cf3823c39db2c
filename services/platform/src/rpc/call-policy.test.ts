// Contract: a call that can be repeated is tried again while its service is away, another only when nothing of it was sent; a service that
// does not answer is left alone for a moment; an answer is never tried again; a call without a deadline gets one; retries have a budget.

import { createServer } from 'node:net';
import { Code, ConnectError, createClient, createRouterTransport, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTrustingGuard } from '../access/guard.ts';
import { toHeroError } from '../errors/connect.ts';
import { HeroError } from '../errors/hero-error.ts';
import { silentLog } from '../log.ts';
import { withCallPolicy } from './call-policy.ts';
import { createRpcServer, type RpcServer } from './server.ts';

let port: number;
let server: RpcServer | undefined;
let calls: string[];
let deadlines: (number | undefined)[];
let fail: Error | 'lost' | undefined;

async function serve(): Promise<void> {
  const answer = async (name: string) => {
    calls.push(name);
    if (fail === 'lost') return dropped();
    if (fail !== undefined) throw fail;
    return { name };
  };
  server = await createRpcServer({
    routes: [
      (router) =>
        router.service(WorkflowService, {
          getWorkflow: (_, context) => {
            deadlines.push(context.timeoutMs());
            return answer('get');
          },
          createWorkflow: () => answer('create'),
        }),
    ],
    host: '127.0.0.1',
    port,
    guard: createTrustingGuard(),
    log: silentLog,
  });
}

function client() {
  const transport: Transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` });
  return createClient(WorkflowService, withCallPolicy(transport, { service: 'registry', restMs: 20 }));
}

const GET = { workflow: { case: 'name', value: 'x' } } as const;
/** The server goes with the call in its hands. */
async function dropped(): Promise<never> {
  await server?.close(0);
  throw new Error('nobody hears this');
}
const reasonOf = async (call: Promise<unknown>) => toHeroError(await call.catch((error: unknown) => error)).reason;

beforeEach(async () => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  port = (probe.address() as { port: number }).port;
  await new Promise((resolve) => probe.close(resolve));
  [calls, deadlines, fail, server] = [[], [], undefined, undefined];
});
afterEach(() => server?.close(0));

it('tries again what may be repeated, and the rest only when nothing was sent', async () => {
  await serve();
  fail = 'lost';
  expect(await reasonOf(client().createWorkflow({ name: 'x', pythonSource: '#' }))).toBe('UNAVAILABLE');
  expect(calls).toEqual(['create']);
  expect(await reasonOf(client().getWorkflow(GET))).toBe('UNAVAILABLE');
  server = undefined;
  const creating = client().createWorkflow({ name: 'x', pythonSource: '#' });
  fail = undefined;
  await serve();
  expect((await creating).name).toBe('create');
});

it('is given up when it stays away, asked again after a rest, and then answers', async () => {
  const registry = client();
  for (let i = 0; i < 3; i++) expect(await reasonOf(registry.getWorkflow(GET))).toBe('UNAVAILABLE');
  const refused = await registry.getWorkflow(GET).catch((error: unknown) => toHeroError(error));
  expect(refused).toMatchObject({ message: expect.stringContaining('the registry does not answer') });
  await serve();
  await expect.poll(async () => (await registry.getWorkflow(GET).catch(() => undefined))?.name).toBe('get');
});

it('takes an answer as one, and gives a deadline to who has none', async () => {
  await serve();
  const registry = client();
  fail = new HeroError('UNAVAILABLE', 'the store does not answer');
  expect(await reasonOf(registry.getWorkflow(GET))).toBe('UNAVAILABLE');
  expect(calls).toHaveLength(1);
  expect(deadlines[0]).toBeGreaterThan(20_000);
  await registry.getWorkflow(GET, { timeoutMs: 5000 }).catch(() => {});
  expect(deadlines[1]).toBeLessThanOrEqual(5000);
});

it('has a budget for trying again: a tenth of the calls, and a few', async () => {
  let failsNext = false;
  let tries = 0;
  const transport = createRouterTransport(({ service }) => {
    service(WorkflowService, {
      getWorkflow() {
        tries += 1;
        const fails = failsNext;
        failsNext = false;
        if (fails) throw new ConnectError('the connection went', Code.Unavailable);
        return { name: 'get' };
      },
    });
  });
  const registry = createClient(WorkflowService, withCallPolicy(transport, { service: 'registry' }));
  const answered: boolean[] = [];
  for (let i = 0; i < 20; i++) {
    failsNext = true;
    answered.push(
      await registry.getWorkflow(GET).then(
        () => true,
        () => false,
      ),
    );
  }
  expect(answered.slice(0, 10)).not.toContain(false);
  expect(answered.filter((one) => !one).length).toBeGreaterThan(5);
  expect(tries).toBeLessThan(20 + 13);
});

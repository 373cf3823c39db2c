// Contract: a call that is confined goes through only when everything that its request names, at any depth, is in its namespace; what is
// elsewhere ends it as what is nowhere does; a call that names nothing goes through only where its handler looks at the namespace; a kind of sid
// or a list that nobody thought of is refused; a stream is held to the same.

import { readdirSync } from 'node:fs';
import { create, type DescService } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';

import { BenchmarkService, RunBenchmarkRequestSchema } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { AccessService } from '@hero-logic/proto/herologic/registry/v1/access_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { expect, it } from 'vitest';
import { toHeroError } from '../errors/connect.ts';
import { silentLog } from '../log.ts';
import { createLocalTransport } from '../rpc/local-transport.ts';
import { writePrincipal } from './principal.ts';
import { createScopeCheck } from './scope.ts';

const PLACES: Record<string, string> = { 'play p-a': 'a', 'play p-b': 'b', 'workflow w-a': 'a', 'example e-b': 'b' };
const asked: string[] = [];
const check = createScopeCheck({
  async namespaceOf(kind, sid) {
    asked.push(`${kind} ${sid}`);
    return PLACES[`${kind} ${sid}`];
  },
});

const transport = createLocalTransport({
  routes: [
    (router) =>
      router.service(PlayService, {
        getPlay: (request) => ({ sid: request.playSid }),
        listPlays: () => ({}),
        async *watchPlay() {
          yield {};
        },
      }),
  ],
  log: silentLog,
  scope: check,
});
const plays = createClient(PlayService, transport);

function inNamespace(namespace: string | undefined) {
  const headers = new Headers();
  writePrincipal(headers, { name: 'ann', role: 'author', ...(namespace === undefined ? {} : { namespace }) });
  return { headers };
}

async function reasonOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return '';
  } catch (error) {
    return toHeroError(error).reason;
  }
}

it('lets through what is in the namespace', async () => {
  const get = (sid: string, namespace?: string) =>
    reasonOf(() => plays.getPlay({ playSid: sid }, inNamespace(namespace)));
  expect(await get('p-a', 'a')).toBe('');
  expect(await get('p-a', 'a')).toBe('');
  expect(asked).toEqual(['play p-a']);
  expect(await get('p-b')).toBe('');
  expect(await get('p-b', 'a')).toBe('PLAY_NOT_FOUND');
  expect(await get('none', 'a')).toBe('PLAY_NOT_FOUND');
  expect(await get('p-b', 'b')).toBe('');
  const watch = (sid: string) =>
    reasonOf(async () => {
      for await (const _ of plays.watchPlay({ playSid: sid }, inNamespace('a'))) return;
    });
  expect(await watch('p-a')).toBe('');
  expect(await watch('p-b')).toBe('PLAY_NOT_FOUND');
});

it('looks at every sid, and refuses what names none', async () => {
  const { runBenchmark } = BenchmarkService.method;
  const request = (exampleSids: string[]) => create(RunBenchmarkRequestSchema, { workflowSid: 'w-a', exampleSids });
  expect(await reasonOf(() => check('a', runBenchmark, request([])))).toBe('');
  expect(await reasonOf(() => check('a', runBenchmark, request(['e-b'])))).toBe('EXAMPLE_NOT_FOUND');
  const { listApiKeys } = AccessService.method;
  expect(await reasonOf(() => check('a', listApiKeys, create(listApiKeys.input)))).toBe('PERMISSION_DENIED');
  expect(
    await reasonOf(() => plays.startPlay({ workflow: { case: 'workflowSid', value: 'w-b' } }, inNamespace('a'))),
  ).toBe('WORKFLOW_NOT_FOUND');
});

it('every method that callers may call either names a sid or is known to look itself', async () => {
  const generated = new URL('../../../../proto/gen/herologic/', import.meta.url);
  const files = readdirSync(generated, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('_pb.js'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, generated).href)));
  const services = modules.flatMap((m) => Object.values(m) as DescService[]).filter((d) => d.kind === 'service');
  const outcomes = await Promise.all(
    services
      .flatMap(({ methods }) => methods)
      .map(async (method) => [method.name, await reasonOf(() => check('a', method, create(method.input)))] as const),
  );
  const open = outcomes.filter(([, reason]) => reason === '').map(([name]) => name);
  expect(open.sort()).toEqual([
    'CountPlays',
    'CreateTrigger',
    'CreateWebhook',
    'CreateWorkflow',
    'DeletePlays',
    'DeleteSecret',
    'GetWorkflow',
    'ImportFlow',
    'ListBulkJobs',
    'ListErrorGroups',
    'ListPlays',
    'ListSecrets',
    'ListTriggers',
    'ListWebhooks',
    'ListWorkflows',
    'PreviewTrigger',
    'SearchLibrary',
    'SetSecret',
    'StartBulkJob',
    'StartPlay',
    'WhoAmI',
  ]);
  expect(outcomes.every(([, reason]) => ['', 'PERMISSION_DENIED'].includes(reason))).toBe(true);
});

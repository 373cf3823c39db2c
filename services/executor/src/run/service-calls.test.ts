// Contract: a play reaches the services by the names that callers know, in the JSON form of the messages; what changes something needs
// the right, carries the same request id each time, and gives no limits; a bad request is named.

import { createLocalTransport, HeroError, silentLog } from '@hero-logic/platform';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { expect, it } from 'vitest';
import { createServiceCalls } from './service-calls.ts';

const made: { name: string; requestId: string }[] = [];
const registry = createLocalTransport({
  routes: [
    (router) => {
      router.service(LibraryService, {
        searchLibrary: ({ query }) => ({ hits: [{ name: query, score: 0.5, workflowSid: 'w1' }] }),
      });
      router.service(WorkflowService, {
        createWorkflow({ name, requestId }) {
          if (name === 'taken') throw new HeroError('WORKFLOW_NAME_TAKEN', 'the name is taken');
          made.push({ name, requestId });
          return { sid: 'w1', name };
        },
      });
    },
  ],
  log: silentLog,
});
const calls = createServiceCalls({ registry, bench: registry });
const never = new AbortController().signal;
const call = (method: string, params: object, right = '') =>
  calls({ method, params: JSON.stringify(params), playSid: 'p1', spanId: 's1', namespace: 'team-a', right }, never);

it('reads under the names of the proto files', async () => {
  const reply = await call('flow_library_search', { query: 'invoice', limit: 1, detail: true });
  expect(reply).toMatchObject({ hits: [{ name: 'invoice', score: 0.5, workflow_sid: 'w1', matched: [] }] });
});

it('writes with the right only, and the same thing once', async () => {
  const source = { name: 'new', python_source: 'x' };
  await expect(call('workflow_create', source)).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  await expect(call('workflow_create', source, 'read')).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  expect(await call('workflow_create', source, 'write')).toMatchObject({ sid: 'w1', name: 'new' });
  await call('workflow_create', source, 'write');
  expect(made[0]?.requestId).toMatch(/^[0-9a-f]{40}$/);
  expect(made[1]).toEqual(made[0]);
});

it('refuses by name what is wrong', async () => {
  const limits = { network: 'any' };
  await expect(call('workflow_create', { name: 'x', limits }, 'write')).rejects.toMatchObject({
    violations: [{ field: 'limits', description: 'cannot be given by a play' }],
  });
  await expect(call('workflow_create', { nome: 'x' }, 'write')).rejects.toMatchObject({
    violations: [{ field: 'params', description: expect.stringContaining('nome') }],
  });
  await expect(call('play_start', {}, 'write')).rejects.toMatchObject({ reason: 'METHOD_NOT_FOUND' });
  await expect(call('workflow_create', { name: 'taken' }, 'write')).rejects.toThrow('the name is taken');
});

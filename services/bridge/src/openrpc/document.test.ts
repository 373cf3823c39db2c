// Contract: the OpenRPC document has the shape of OpenRPC 1.3, says everything that the bridge serves, and is true: real parameters and real
// replies fit its schemas.

import { create, type DescService } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { createSchemaCheck, REASONS } from '@hero-logic/platform';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { LeaseService } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { expect, test } from 'vitest';
import { messageToJson } from '../codec/encode.ts';
import { createMethodTable } from '../methods.ts';
import { openRpcDocument } from './document.ts';

interface Param {
  name: string;
  required: boolean;
  description: string;
  schema: object;
}
interface Method {
  name: string;
  summary: string;
  paramStructure?: string;
  params: Param[];
  result: { name: string; schema: object };
  errors?: { $ref: string }[];
}

const services: DescService[] = [
  WorkflowService,
  ExampleService,
  LibraryService,
  PlayService,
  SpanService,
  LeaseService,
];
const methods = createMethodTable(services);
const text = openRpcDocument(methods, '1.2.3');
const document = JSON.parse(text);
const all: Method[] = document.methods;
const { components } = document;
const checks = createSchemaCheck();
const schemaText = (schema: object) => JSON.stringify({ components, allOf: [schema] });
const method = (name: string) => all.find((m) => m.name === name) as Method;

function paramProblems(name: string, params: Record<string, unknown>) {
  return method(name).params.flatMap((p) =>
    p.name in params ? checks.violations(schemaText(p.schema), JSON.stringify(params[p.name]), p.name) : [],
  );
}

test('its shape', () => {
  expect(document.openrpc).toMatch(/^1\.3\.\d+$/);
  expect(document.info).toMatchObject({ title: 'hero_logic', version: '1.2.3' });
  expect(all.map((m) => m.name)).toEqual([...methods.keys(), 'rpc.discover', 'system.ping'].sort());
  for (const { name, summary, params, result } of all) {
    expect(summary, name).not.toBe('');
    expect(result.name).not.toBe('');
    expect(checks.problem(schemaText(result.schema)), name).toBe(undefined);
    expect(new Set(params.map((p) => p.name)).size).toBe(params.length);
    // OpenRPC: nothing required may follow what is optional.
    const firstOptional = params.findIndex((p) => !p.required);
    if (firstOptional >= 0) {
      expect(
        params.slice(firstOptional).some((p) => p.required),
        name,
      ).toBe(false);
    }
    for (const param of params) {
      expect(param.description, `${name}.${param.name}`).not.toBe('');
      expect(checks.problem(schemaText(param.schema)), `${name}.${param.name}`).toBe(undefined);
    }
  }
});

test('every reference leads somewhere, and every component is referred to', () => {
  const refs = new Set([...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map((m) => m[1] as string));
  const there = ['schemas', 'errors'].flatMap((kind) => Object.keys(components[kind]).map((name) => `${kind}/${name}`));
  expect([...refs].sort()).toEqual(there.sort());
});

test('all reasons are there, each code once', () => {
  const errors: { code: number; data: { reasons: string[] } }[] = Object.values(components.errors);
  expect(new Set(errors.map((e) => e.code)).size).toBe(errors.length);
  expect(new Set(errors.flatMap((e) => e.data.reasons))).toEqual(new Set(Object.keys(REASONS)));
  expect(method('play_start').errors).toHaveLength(errors.length);
});

test('parameters in the order of CONTRACT, bounds, words, choices', () => {
  const names = (name: string) =>
    method(name)
      .params.map((p) => p.name)
      .join(' ');
  expect(names('play_start')).toMatch(
    /^workflow_sid workflow_name input_data name version_sid example_sid prefill_resumes_json idempotency_key wait_ms/,
  );
  expect(names('workflow_create_version')).toBe(
    'workflow_sid python_source label notes inputs outputs limits set_current',
  );
  expect(method('play_start').paramStructure).toBe('by-name');
  expect(method('play_status')).toMatchObject({
    paramStructure: 'either',
    params: [
      { name: 'play_sid', required: true },
      { name: 'with_spans', required: false },
    ],
  });
  const required = (name: string) =>
    method(name)
      .params.filter((p) => p.required)
      .map((p) => p.name);
  // OpenRPC has everything required first, and a choice is never required: left out, input_data is {}.
  expect(required('play_start')).toEqual([]);
  expect(required('play_run_async')).toEqual(['workflow_sid', 'input_data']);
  expect(required('play_wait')).toEqual(['play_sid', 'timeout_ms']);
  expect(required('play_resume')).toEqual(['play_sid', 'resume_id', 'payload_json']);
  expect(required('example_upsert')).toEqual(['workflow_sid', 'name', 'input_values']);
  expect(required('flow_library_search')).toEqual(['query', 'limit']);
  expect(paramProblems('play_start', { workflow_sid: 'w', input_data: {}, wait_ms: -1 })).toHaveLength(1);
  expect(paramProblems('play_start', { workflow_sid: '', input_data: { any: [1] }, tags: { a: 1 } })).toHaveLength(2);
  expect(paramProblems('play_list', { status: 'failed' })).toEqual([]);
  expect(paramProblems('play_list', { status: ['failed', 'timed_out'] })).toEqual([]);
  expect(paramProblems('play_list', { status: ['unspecified'] })).not.toEqual([]);
  expect(paramProblems('workflow_update', { workflow_sid: 'w', tags: ['a'] })).toEqual([]);
  expect(
    paramProblems('workflow_create', { name: 'n', inputs: [{ name: 'x', field_type: 'integer', default: 5 }] }),
  ).toEqual([]);
  expect(paramProblems('workflow_create', { inputs: [{ nam: 'x' }] })).not.toEqual([]);
});

test('replies fit', () => {
  const play = create(PlaySchema, {
    status: PlayStatus.FAILED,
    error: { type: 'ValueError' },
    createdAt: timestampFromMs(1),
    inputData: '{}',
    spans: [{ spanId: 'a' }],
    tokensPrompt: 3n,
  });
  for (const reply of [play, create(PlaySchema)]) {
    const problems = checks.violations(
      schemaText(method('play_status').result.schema),
      messageToJson(PlaySchema, reply),
      'play',
    );
    expect(problems).toEqual([]);
  }
  const search = schemaText(method('flow_library_search').result.schema);
  expect(checks.violations(search, '["w1"]', 'result')).toEqual([]);
  expect(checks.violations(search, '[]', 'result')).toEqual([]);
  expect(checks.violations(search, '[1]', 'result')).not.toEqual([]);
});

test('the same descriptors give the same bytes, in whatever order they come', () => {
  expect(openRpcDocument(createMethodTable([...services].reverse()), '1.2.3')).toBe(text);
});

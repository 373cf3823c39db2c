// Contract: parameters by name or by position become the request message; documents are the caller's very text; whatever is unknown, missing
// or ill-typed is named, all at once.

import type { DescMessage } from '@bufbuild/protobuf';
import { type HeroError, isHeroError, type Violation } from '@hero-logic/platform';
import { UpsertExampleRequestSchema } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { FieldType } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import {
  CreateWorkflowRequestSchema,
  GetWorkflowRequestSchema,
  UpdateWorkflowRequestSchema,
} from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import {
  ListPlaysRequestSchema,
  ResumePlayRequestSchema,
  RunPlayAsyncRequestSchema,
  StartPlayRequestSchema,
  WaitPlayRequestSchema,
  WaitUntil,
} from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { TriggerSchema } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { expect, test } from 'vitest';
import { paramsFromJson } from './params.ts';

function refusal(desc: DescMessage, raw: string | undefined): HeroError {
  try {
    paramsFromJson(desc, raw);
  } catch (error) {
    if (isHeroError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const violations = (desc: DescMessage, raw: string | undefined): readonly Violation[] => refusal(desc, raw).violations;
const fields = (desc: DescMessage, raw: string | undefined) => violations(desc, raw).map((v) => v.field);

const DOCUMENTS = [
  '{"b":9007199254740993,"a":1.0}',
  '[1e400, -0, 0.10, 123456789012345678901234567890]',
  '{ "a" : [ ] , "a" : "\\ud83d\\ude00 \\ud800" }',
  '5',
  'false',
];

test.each(DOCUMENTS)('document %s stays as it was written, as a value and as text', (text) => {
  const asValue = paramsFromJson(StartPlayRequestSchema, `{"workflow_name":"w","input_data": ${text} }`);
  const asText = paramsFromJson(StartPlayRequestSchema, `["w",${JSON.stringify(text)}]`);
  expect(asValue).toMatchObject({ inputData: text, workflow: { case: 'workflowName', value: 'w' } });
  expect(asText).toMatchObject({ inputData: text, workflow: { case: 'workflowSid', value: 'w' } });
});

test('each value of a map of documents is a document', () => {
  const message = paramsFromJson(
    UpsertExampleRequestSchema,
    '{"workflow_sid":"w","name":"n","input_values":{"a":1.0,"b":"\\"5\\"","c":null,"d":{"z":1,"y":2}},"resumes":{"p":"[1]"},"expected_output":[ 1 ]}',
  );
  expect(message).toMatchObject({
    inputValues: { a: '1.0', b: '"5"', c: 'null', d: '{"z":1,"y":2}' },
    resumes: { p: '[1]' },
    expectedOutput: '[ 1 ]',
  });
});

test('lists of messages, of texts, of words; messages; maps', () => {
  expect(
    paramsFromJson(
      CreateWorkflowRequestSchema,
      '["n","d",["a"],null,[{"name":"x","field_type":"integer","required":true,"default":5,"schema":{"minimum":1.0}}],[],"",{"wall_ms":1e3,"cpu_s":2.0,"network":"none"}]',
    ),
  ).toMatchObject({
    name: 'n',
    tags: ['a'],
    pythonSource: '',
    inputs: [{ name: 'x', fieldType: FieldType.INTEGER, required: true, default: '5', schema: '{"minimum":1.0}' }],
    limits: { wallMs: 1000n, cpuS: 2, network: 'none' },
  });
  expect(paramsFromJson(UpdateWorkflowRequestSchema, '{"workflow_sid":"w","tags":["a","b"]}')).toMatchObject({
    tags: { tags: ['a', 'b'] },
  });
  expect(paramsFromJson(UpdateWorkflowRequestSchema, '["w"]')).not.toHaveProperty('tags');
  expect(paramsFromJson(UpdateWorkflowRequestSchema, '{"workflow_sid":"w","tags":[]}')).toMatchObject({
    tags: { tags: [] },
  });
  expect(paramsFromJson(ListPlaysRequestSchema, '{"status":"timed_out"}')).toMatchObject({
    status: [PlayStatus.TIMED_OUT],
  });
  expect(paramsFromJson(ListPlaysRequestSchema, '{"status":["failed","pending"]}')).toMatchObject({
    status: [PlayStatus.FAILED, PlayStatus.PENDING],
  });
  expect(paramsFromJson(WaitPlayRequestSchema, '["p",0,"terminal"]')).toMatchObject({ until: WaitUntil.TERMINAL });
  expect(paramsFromJson(TriggerSchema, '{"created_at":1700000000123,"catch_up_window":-1500}')).toMatchObject({
    createdAt: { seconds: 1700000000n, nanos: 123_000_000 },
    catchUpWindow: { seconds: -1n, nanos: -500_000_000 },
  });
});

test('a JSON text is text; another type is refused', () => {
  expect(paramsFromJson(ResumePlayRequestSchema, '["p","r","\\"yes\\""]')).toMatchObject({ payloadJson: '"yes"' });
  expect(violations(ResumePlayRequestSchema, '["p","r",{"a":1}]')).toEqual([
    { field: 'payload_json', description: 'must be a string, not an object' },
  ]);
});

test('null is left out, and the last of equal names counts', () => {
  expect(
    paramsFromJson(
      StartPlayRequestSchema,
      '{"workflow_sid":null,"workflow_name":"a","name":null,"workflow_name":"b","input_data":{}}',
    ),
  ).toMatchObject({
    workflow: { value: 'b' },
    name: '',
  });
});

test('everything wrong is named at once', () => {
  expect(
    violations(
      StartPlayRequestSchema,
      '{"workflow_sid":"a","workflow_name":"b","nope":1,"wait_ms":1.5,"input_data":"{","name":7,"tags":{"a":1},"version_sid":"\\ud800","idempotency_key":"a\\u0001"}',
    ),
  ).toEqual([
    { field: 'nope', description: 'is unknown' },
    { field: 'workflow_name', description: 'cannot be given together with workflow_sid' },
    { field: 'wait_ms', description: expect.stringContaining('must be an integer from') },
    { field: 'input_data', description: expect.stringContaining('is not JSON') },
    { field: 'name', description: 'must be a string, not a number' },
    { field: 'tags.a', description: 'must be a string, not a number' },
    { field: 'version_sid', description: 'has a lone surrogate, which is no character' },
    { field: 'idempotency_key', description: expect.any(String) },
  ]);
});

test('what is missing is named', () => {
  expect(fields(ResumePlayRequestSchema, undefined)).toEqual(['play_sid', 'resume_id', 'payload_json']);
  expect(fields(ResumePlayRequestSchema, '["p",null]')).toEqual(['resume_id', 'payload_json']);
  expect(violations(GetWorkflowRequestSchema, '{}')).toEqual([
    { field: 'workflow_sid', description: 'is required, unless name is given' },
  ]);
  expect(fields(CreateWorkflowRequestSchema, '{"nme":"x"}')).toEqual(['nme', 'name']);
  // Also where the empty value would mean something.
  expect(fields(RunPlayAsyncRequestSchema, '["w",null]')).toEqual(['input_data']);
  expect(fields(WaitPlayRequestSchema, '["p"]')).toEqual(['timeout_ms']);
});

test('too many by position, and ill-typed inside lists and messages', () => {
  expect(violations(GetWorkflowRequestSchema, '["a","b"]')).toEqual([
    { field: 'params[1]', description: 'is one too many: the call takes at most 1 parameter' },
  ]);
  expect(
    fields(
      CreateWorkflowRequestSchema,
      '{"name":"n","tags":["a",1,null],"inputs":[{"name":"x","typ":1},5,{"name":"y","field_type":"INTEGER"}]}',
    ),
  ).toEqual(['tags[1]', 'tags[2]', 'inputs[0].typ', 'inputs[1]', 'inputs[2].field_type']);
});

test.each([
  ['1', 1n],
  ['1.0', 1n],
  ['10e-1', 1n],
  ['-0', 0n],
  ['9223372036854775807', 9223372036854775807n],
])('integer %s', (raw, value) => {
  expect(paramsFromJson(StartPlayRequestSchema, `{"workflow_sid":"w","input_data":{},"wait_ms":${raw}}`)).toMatchObject(
    {
      waitMs: value,
    },
  );
});

test.each(['1.5', '9223372036854775808', '1e999999999999', '"1"', 'true', `1${'0'.repeat(100_000)}1`, '[]'])(
  'not an integer: %.20s',
  (raw) => {
    expect(fields(StartPlayRequestSchema, `{"workflow_sid":"w","input_data":{},"wait_ms":${raw}}`)).toEqual([
      'wait_ms',
    ]);
  },
);

test('documents have their bounds, and the reason says it is the JSON', () => {
  const deep = (n: number) => '['.repeat(n) + ']'.repeat(n);
  expect(paramsFromJson(StartPlayRequestSchema, `["w",${deep(200)}]`)).toMatchObject({ inputData: deep(200) });
  const tooDeep = refusal(StartPlayRequestSchema, `["w",${deep(201)}]`);
  expect(tooDeep).toMatchObject({ reason: 'INVALID_JSON', violations: [{ field: 'input_data' }] });
  expect(fields(StartPlayRequestSchema, `["w",${deep(1_000_000)}]`)).toEqual(['input_data']);
  expect(fields(StartPlayRequestSchema, `["w",["${'x'.repeat(4 * 1024 * 1024)}"]]`)).toEqual(['input_data']);
  expect(fields(StartPlayRequestSchema, '["w","\\"\\ud800\\""]')).toEqual(['input_data']);
  expect(refusal(StartPlayRequestSchema, '{"workflow_sid":"w","input_data":"{","x":1}').reason).toBe(
    'INVALID_ARGUMENT',
  );
});

test('a name that a map cannot keep is refused, not lost', () => {
  expect(fields(StartPlayRequestSchema, '{"workflow_sid":"w","input_data":{},"tags":{"__proto__":"x"}}')).toEqual([
    'tags.__proto__',
  ]);
  expect(fields(StartPlayRequestSchema, '{"workflow_sid":"w","input_data":{},"__proto__":{"a":1}}')).toEqual([
    '__proto__',
  ]);
});

test('a list that stands bare is named as the caller wrote it, and takes nothing but a list', () => {
  const tags = (raw: string) => violations(UpdateWorkflowRequestSchema, `{"workflow_sid":"w","tags":${raw}}`);
  expect(tags('["ok",""]')).toMatchObject([{ field: 'tags[1]' }]);
  expect(tags('"x"')).toEqual([{ field: 'tags', description: 'must be an array, not a string' }]);
  expect(tags('{"tags":["x"]}')).toEqual([{ field: 'tags', description: 'must be an array, not an object' }]);
  expect(fields(UpdateWorkflowRequestSchema, '{"workflow_sid":"w","tags":[""],"nope":1}')).toEqual(['nope', 'tags[0]']);
});

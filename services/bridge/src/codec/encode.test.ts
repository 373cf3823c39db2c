// Contract: a reply is a plain object in proto names, with words, milliseconds, exact integers and JSON texts; what is not set is left out,
// lists and maps are always there.

import { create } from '@bufbuild/protobuf';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { SpanKind, SpanSchema, SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { SearchLibraryResponseSchema } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { RunPlayAsyncResponseSchema } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { OverlapPolicy, TriggerSchema } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { expect, test } from 'vitest';
import { messageToJson, resultToJson } from './encode.ts';

test('an empty play', () => {
  const play = JSON.parse(messageToJson(PlaySchema, create(PlaySchema)));
  expect(play).toMatchObject({ sid: '', warnings: [], tags: {}, span_count: 0, prefill_only: false });
  for (const absent of [
    'status',
    'input_data',
    'error',
    'created_at',
    'total_cost_usd',
    'tokens_prompt',
    'forked_from',
  ]) {
    expect(play).not.toHaveProperty(absent);
  }
});

test('a full play', () => {
  const text = messageToJson(
    PlaySchema,
    create(PlaySchema, {
      status: PlayStatus.AWAITING_RESUME,
      inputData: '{"b":9007199254740993,"a":1.0}',
      createdAt: timestampFromMs(1_700_000_000_123),
      spanCount: 9007199254740993n,
      totalCostUsd: 0,
      tags: { k: 'v"' },
      spans: [
        {
          kind: SpanKind.FLOW_ROOT,
          status: SpanStatus.OK,
          tags: { n: 1, list: [null, 'x'], bad: Number.NaN },
          startMs: timestampFromMs(0),
          attempts: [{ attempt: 1, error: { type: 'ValueError' } }],
        },
      ],
    }),
  );
  expect(text).toContain('"span_count":9007199254740993,');
  expect(JSON.parse(text)).toMatchObject({
    status: 'awaiting_resume',
    input_data: '{"b":9007199254740993,"a":1.0}',
    created_at: 1_700_000_000_123,
    total_cost_usd: 0,
    tags: { k: 'v"' },
    spans: [
      {
        kind: 'flow_root',
        status: 'ok',
        start_ms: 0,
        tags: { n: 1, list: [null, 'x'], bad: null },
        attempts: [{ attempt: 1, error: { type: 'ValueError', message: '', traceback: '' } }],
        logs: [],
      },
    ],
  });
  const span = JSON.parse(messageToJson(SpanSchema, create(SpanSchema)));
  expect(span).not.toHaveProperty('tags');
});

test('durations are milliseconds, and words keep what is theirs', () => {
  const trigger = create(TriggerSchema, {
    catchUpWindow: durationFromMs(90_500),
    overlapPolicy: OverlapPolicy.BUFFER_ONE,
  });
  expect(JSON.parse(messageToJson(TriggerSchema, trigger))).toMatchObject({
    catch_up_window: 90_500,
    overlap_policy: 'buffer_one',
  });
});

test('bare results: the first field that is set, else the empty value of the first', () => {
  const { workflowSids, hits } = SearchLibraryResponseSchema.field;
  const lists = [hits, workflowSids].filter((f) => f !== undefined);
  const search = (init: object) =>
    resultToJson(SearchLibraryResponseSchema, create(SearchLibraryResponseSchema, init), lists);
  expect(search({ workflowSids: ['a'] })).toBe('["a"]');
  expect(search({})).toBe('[]');
  expect(JSON.parse(search({ hits: [{ workflowSid: 'a' }] }))).toMatchObject([{ workflow_sid: 'a', score: 0 }]);
  const sid = RunPlayAsyncResponseSchema.field.playSid;
  const reply = create(RunPlayAsyncResponseSchema, { playSid: 'p' });
  expect(resultToJson(RunPlayAsyncResponseSchema, reply, [sid])).toBe('"p"');
  const forkedFrom = PlaySchema.field.forkedFrom;
  expect(resultToJson(PlaySchema, create(PlaySchema), [forkedFrom])).toBe('null');
});

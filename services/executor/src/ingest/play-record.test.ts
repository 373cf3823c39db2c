// Contract: a span that has only begun, after what somebody waits for, is written a moment later, or once with its end; what is said to be
// durable never passes it; nothing is held back that came before what somebody waits for, nor when all is to be durable.

import { createGroupCommit, createInProcessSignals, openDatabase, silentLog } from '@hero-logic/platform';
import { createFakeClock } from '@hero-logic/platform/testing';
import { expect, it } from 'vitest';
import type { SpanEvent, StepOutputEvent } from '../domain/play-event.ts';
import { createSqliteStores } from '../storage/stores.sqlite.ts';
import { openPlayRecord, type RecordedEvent } from './play-record.ts';

async function open() {
  const db = openDatabase(':memory:');
  const stores = createSqliteStores({ db, commit: createGroupCommit(db) });
  const clock = createFakeClock();
  const batches: string[][] = [];
  const durable: number[] = [];
  const record = await openPlayRecord(
    {
      stores: {
        ...stores,
        writeBatch: (build) =>
          stores.writeBatch(() => {
            const batch = build();
            batches.push([
              ...batch.spans.map(({ span }) => `${span.spanId} ${span.status}`),
              ...batch.steps.map(({ stepKey }) => stepKey),
            ]);
            return batch;
          }),
      },
      clock,
      log: silentLog,
      signals: createInProcessSignals(),
      maxSpans: 100,
      logCapBytes: 1000,
      commitDelayMs: () => 4,
    },
    'p',
  );
  record.beginRun('v', 1);
  record.onDurable((seq) => durable.push(seq));
  let seq = 0;
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    record,
    clock,
    batches,
    durable,
    stores,
    apply(...events: RecordedEvent[]): number {
      for (const event of events) {
        record.advance(++seq, 10);
        record.apply(event);
      }
      return seq;
    },
    turns: async () => {
      for (let i = 0; i < 4; i++) await turn();
    },
  };
}

const begin = (spanId: string): SpanEvent => ({
  event: 'span_start',
  spanId,
  parentId: spanId === 'r' ? '' : 'r',
  name: spanId,
  title: undefined,
  kind: spanId === 'r' ? 'flow_root' : 'step',
  atMs: 1,
  attempt: 1,
  attempts: undefined,
  tags: undefined,
  input: '{}',
  sourceFile: '',
  sourceLine: 0,
  rpcService: '',
  rpcMethod: '',
  replayed: false,
});
const end = (spanId: string): SpanEvent => ({
  event: 'span_end',
  spanId,
  status: 'ok',
  atMs: 2,
  output: '1',
  error: undefined,
  tags: undefined,
  attempts: undefined,
});
const output = (spanId: string): StepOutputEvent => ({
  event: 'step_output',
  stepKey: `output of ${spanId}`,
  spanId,
  name: spanId,
  output: '1',
  within: '',
});

it('is written with its end when that comes soon, and what is durable stops before it', async () => {
  const { record, apply, turns, batches, durable } = await open();
  const first = apply(begin('r'), begin('a'), output('a'), end('a'));
  apply(begin('b'));
  record.commit(first);
  record.commitSoon();
  await turns();
  expect(batches).toEqual([['r running', 'a ok', 'output of a']]);
  expect(durable).toEqual([4]);
  const second = apply(output('b'), end('b'), begin('c'));
  record.commit(second - 1);
  await turns();
  expect(batches[1]).toEqual(['b ok', 'output of b']);
  expect(durable).toEqual([4, 7]);
  await record.flush();
  expect(batches[2]).toEqual(['c running']);
  expect(durable.at(-1)).toBe(8);
});

it('is written by itself a moment later when it goes on', async () => {
  const { record, apply, turns, clock, batches, durable } = await open();
  const awaited = apply(begin('r'), output('r'));
  apply(begin('a'));
  record.commit(awaited);
  record.commitSoon();
  await turns();
  expect(durable).toEqual([2]);
  await clock.advance(4);
  await turns();
  expect(batches).toEqual([['r running', 'output of r'], ['a running']]);
  expect(durable).toEqual([2, 3]);
  await clock.advance(100);
  await turns();
  expect(batches).toHaveLength(2);
});

it('that began while a moment was waited for has a moment of its own', async () => {
  const { record, apply, turns, clock, batches } = await open();
  apply(begin('r'));
  record.commitSoon();
  await clock.advance(3);
  apply(begin('a'));
  record.commitSoon();
  await clock.advance(1);
  await turns();
  expect(batches).toEqual([['r running']]);
  await clock.advance(4);
  await turns();
  expect(batches).toEqual([['r running'], ['a running']]);
});

it('is not held back when it came before what somebody waits for, or when more than its start is known', async () => {
  const { record, apply, turns, batches, durable } = await open();
  record.commit(apply(begin('r'), begin('a'), output('r')));
  await turns();
  expect(batches).toEqual([['r running', 'a running', 'output of r']]);
  const awaited = apply(output('a'));
  apply(begin('b'), { event: 'span_tag', spanId: 'b', tags: { note: 1 }, title: undefined });
  record.commit(awaited);
  await turns();
  expect(batches[1]).toEqual(['b running', 'output of a']);
  expect(durable).toEqual([3, 6]);
});

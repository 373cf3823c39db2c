// Contract: a watch goes on from the last seq after every kind of end, stops at the end of the play and at errors that no retry mends.

import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import {
  type WatchPlayResponse,
  WatchPlayResponseSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Batch, createWatch } from './watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const reply = (init: object): WatchPlayResponse => create(WatchPlayResponseSchema, init);
const span = (id: string, seq: bigint) => ({ spanId: id, seq });

async function follow(streams: ((signal: AbortSignal) => AsyncIterable<WatchPlayResponse>)[]) {
  const asked: bigint[] = [];
  const onces: boolean[] = [];
  const states: string[] = [];
  const batches: Batch[] = [];
  const control = new AbortController();
  const watch = createWatch({
    open: (afterSeq, signal, once) => {
      asked.push(afterSeq);
      onces.push(once);
      const next = streams.shift();
      if (next === undefined) throw new Error('no further stream');
      return next(signal);
    },
    onBatch: (batch) => batches.push(batch),
    onState: (state) => states.push(state),
    random: () => 0.5,
  });
  const done = watch.run(control.signal);
  await vi.runAllTimersAsync();
  await done;
  return { asked, onces, states, batches };
}

test('goes on from the last seq when the server ends the stream or the net breaks, until the play has ended', async () => {
  const { asked, states, batches } = await follow([
    async function* () {
      yield reply({ play: { status: PlayStatus.RUNNING }, spans: [span('a', 3n)], seq: 3n, caughtUp: true });
      yield reply({ spans: [span('b', 7n)], seq: 7n });
    },
    // biome-ignore lint/correctness/useYield: this stream breaks before its first message
    async function* () {
      throw new TypeError('Failed to fetch');
    },
    async function* () {
      yield reply({ play: { status: PlayStatus.SUCCESS }, spans: [span('a', 9n)], seq: 9n, caughtUp: true });
    },
  ]);
  expect(asked).toEqual([0n, 7n, 7n]);
  expect(states).toEqual(['connecting', 'live', 'catching-up', 'offline', 'catching-up', 'live', 'ended']);
  expect(batches.flatMap((b) => b.spans.map((s) => `${s.id}${s.seq}`))).toEqual(['a3', 'b7', 'a9']);
});

test('many messages become one batch', async () => {
  const { batches } = await follow([
    async function* () {
      for (let i = 1n; i <= 500n; i++) yield reply({ spans: [span(`s${i}`, i)], seq: i });
      yield reply({ play: { status: PlayStatus.FAILED }, seq: 500n, caughtUp: true });
    },
  ]);
  expect(batches).toHaveLength(1);
  expect(batches[0]?.spans).toHaveLength(500);
});

test('a stream that is silent for longer than any server keeps one is left for a new one', async () => {
  const { asked, states } = await follow([
    (signal) =>
      (async function* () {
        yield reply({ play: { status: PlayStatus.RUNNING }, spans: [span('a', 3n)], seq: 3n, caughtUp: true });
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      })(),
    async function* () {
      yield reply({ play: { status: PlayStatus.SUCCESS }, seq: 3n, caughtUp: true });
    },
  ]);
  expect(asked).toEqual([0n, 3n]);
  expect(states).toEqual(['connecting', 'live', 'catching-up', 'live', 'ended']);
});

test('a stream that is held back on the way is left, and the page asks again and again', async () => {
  const { asked, onces, states } = await follow([
    async function* (signal) {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    },
    async function* () {
      yield reply({ play: { status: PlayStatus.RUNNING }, spans: [span('a', 3n)], seq: 3n, caughtUp: true });
    },
    async function* () {
      yield reply({ play: { status: PlayStatus.SUCCESS }, spans: [span('a', 9n)], seq: 9n, caughtUp: true });
    },
  ]);
  expect(asked).toEqual([0n, 0n, 3n]);
  expect(onces).toEqual([false, true, true]);
  expect(states).toEqual(['connecting', 'live', 'live', 'ended']);
});

test('stops at an error that no retry mends', async () => {
  const { asked, states } = await follow([
    // biome-ignore lint/correctness/useYield: this stream breaks before its first message
    async function* () {
      throw new ConnectError('no such play', Code.NotFound);
    },
  ]);
  expect(asked).toEqual([0n]);
  expect(states).toEqual(['connecting', 'failed']);
});

// Contract: an ack says that everything up to it is durable, never more; the answer of a pause comes before its ack; what
// cannot be read is skipped and nobody waits for it; a play that sends faster than the disk writes is not read meanwhile.

import { createGroupCommit, createInProcessSignals, openDatabase, silentLog } from '@hero-logic/platform';
import { createFakeClock, type FakeClock } from '@hero-logic/platform/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlayBatch, Stores } from '../domain/ports.ts';
import { createStepBoundary } from '../domain/step-boundary.ts';
import { createSqliteStores } from '../storage/stores.sqlite.ts';
import { createPlayFeed, type PauseReply, type PlayFeedOptions } from './play-feed.ts';
import { openPlayRecord, type PlayRecord } from './play-record.ts';

interface Talk {
  readonly record: PlayRecord;
  readonly said: unknown[];
  readonly stores: Stores;
  readonly clock: FakeClock;
  readonly warnings: string[];
  send(...events: (object | string)[]): void;
  openPauses(): number;
  idle(): Promise<void>;
}

async function talk(
  given: Partial<PlayFeedOptions> & {
    wrap?: (stores: Stores) => Stores;
    capBytes?: number;
    commitDelayMs?: number;
  } = {},
): Promise<Talk> {
  const db = openDatabase(':memory:');
  const sqlite = createSqliteStores({ db, commit: createGroupCommit(db) });
  const stores = given.wrap?.(sqlite) ?? sqlite;
  const clock = createFakeClock();
  const common = { clock, log: silentLog, signals: createInProcessSignals() };
  const record = await openPlayRecord(
    {
      ...common,
      stores,
      maxSpans: 100,
      logCapBytes: given.capBytes ?? 10_000,
      commitDelayMs: () => given.commitDelayMs ?? 0,
    },
    'p',
  );
  record.beginRun('v1', 1);
  const said: unknown[] = [];
  const warnings: string[] = [];
  let seq = 0;
  const feed = createPlayFeed({
    record,
    peer: {
      send: (line) => said.push(line),
      ack: (n) => said.push({ ack: n }),
      pause: () => said.push('pause'),
      resume: () => said.push('resume'),
    },
    clock,
    log: silentLog,
    onPause: async () => undefined,
    onRequest: async () => ({ result: 1 }),
    onWithdraw: async () => ({ result: {} }),
    warn: (text) => void warnings.push(text),
    ...given,
  });
  return {
    record,
    said,
    stores,
    clock,
    warnings,
    send: (...events) =>
      feed.lines(events.map((e) => (typeof e === 'string' ? e : JSON.stringify({ seq: ++seq, ...e })))),
    openPauses: feed.openPauses,
    idle: feed.idle,
  };
}

const ROOT = { event: 'span_start', span_id: 'r', parent_id: '', name: 'main', kind: 'flow_root', at_ms: 1 };
const OUTPUT = { event: 'step_output', step_key: 'k', span_id: 'r', name: 'main', output: '1' };
const PAUSE = { event: 'pause', resume_id: 'q', name: 'q', span_id: 'r', kind: 'answer', has_default: false };

it('a step output says on which version it came, and the place of the next span; another version counts anew', async () => {
  const { send, record, stores } = await talk();
  const child = { ...ROOT, parent_id: 'r', kind: 'step' };
  send(ROOT, { ...OUTPUT, step_key: 'k1' }, { ...child, span_id: 'a' }, { ...OUTPUT, step_key: 'k2' });
  await record.flush();
  record.beginRun('v2', 2);
  send({ ...ROOT, span_id: 'r' }, { ...child, span_id: 'b' }, { ...OUTPUT, step_key: 'k3' });
  await record.flush();
  const { steps } = await stores.steps.page('p', 0, 9);
  expect(steps.map((s) => [s.versionSid, s.spansBefore])).toEqual([
    ['v1', 1],
    ['v1', 2],
    ['v2', 4],
  ]);
});

it('a step that starts after a held play was stopped has not run, whether its line came before or after the stop', async () => {
  const step = { ...ROOT, parent_id: 'r', kind: 'step', input: '{}' };
  for (const isLate of [false, true]) {
    const boundary = createStepBoundary();
    const { send, record, stores } = await talk({
      boundary,
      onBoundary: () => record.tree.uncount(boundary.notBegun()),
    });
    boundary.request();
    const output = { ...OUTPUT, step_key: 'a', span_id: 'a', name: 'a' };
    const next = { ...step, span_id: 'b' };
    send(ROOT, { ...step, span_id: 'a' }, output, { event: 'span_end', span_id: 'a', status: 'ok', at_ms: 2 });
    if (!isLate) send(next);
    await record.flush();
    if (isLate) send(next);
    await record.flush();
    expect((await stores.spans.get('p', 'a'))?.span.runs).toBe(1);
    expect((await stores.spans.get('p', 'b'))?.span.runs ?? 0, String(isLate)).toBe(0);
  }
});

it('what comes after the line that says all is done counts for nothing; it is done when everything before is durable', async () => {
  const held = Promise.withResolvers<void>();
  const done: string[] = [];
  const { send, record, said, stores } = await talk({
    onDone: () => done.push('done'),
    wrap: (real) => ({ ...real, writeBatch: (build) => held.promise.then(() => real.writeBatch(build)) }),
  });
  send(ROOT, OUTPUT, { event: 'done' });
  send({ ...ROOT, span_id: 'late', parent_id: 'r' }, { ...OUTPUT, step_key: 'late' });
  expect([said, done]).toEqual([[], []]);
  held.resolve();
  await record.flush();
  expect(done).toEqual(['done']);
  expect((await stores.steps.page('p', 0, 9)).steps.map((s) => s.stepKey)).toEqual(['k']);
  expect(await stores.spans.get('p', 'late')).toBeUndefined();
});

describe('acks', () => {
  it('tell when a step is recorded, and only then; the output of the play is that of its entry', async () => {
    const steps: string[] = [];
    const onStepDurable = () => steps.push('durable') > 2;
    const { send, record, said } = await talk({ onStepDurable });
    send(ROOT, { event: 'span_log', span_id: '', stream: 'stdout', text: 'x', at_ms: 1 });
    await record.flush();
    expect(steps).toEqual([]);
    send({ ...OUTPUT, step_key: 'n', name: 'flow.now', output: '"now"', within: 'k' }, OUTPUT);
    await record.flush();
    expect(steps).toEqual(['durable']);
    send({ ...OUTPUT, step_key: 'l', name: 'flow.uuid', output: '"late"', within: 'k' });
    await record.flush();
    expect(said.at(-1)).toEqual({ ack: 5 });
    send({ ...OUTPUT, step_key: 'm', name: 'flow.uuid', output: '2', within: 'k' });
    await record.flush();
    expect(said.at(-1), 'no ack once the run is over').toEqual({ ack: 5 });
    expect(await record.rootOutput()).toBe('1');
    record.beginRun('v1', 1);
    send({ ...ROOT, replayed: true });
    expect(await record.rootOutput(), 'as recorded by an earlier run').toBe('1');
  });

  it('follow durability, one for what came together', async () => {
    const { send, said, record, stores } = await talk();
    send(ROOT, OUTPUT, { event: 'span_end', span_id: 'r', status: 'ok', at_ms: 2 });
    expect(said).toEqual([]);
    await record.flush();
    expect(said).toEqual([{ ack: 3 }]);
    expect((await stores.steps.page('p', 0, 9)).steps).toHaveLength(1);
    expect(await record.rootOutput()).toBe('1');
    send({ event: 'span_log', span_id: '', stream: 'stdout', text: 'x', at_ms: 1 });
    await record.flush();
    expect(said.at(-1)).toEqual({ ack: 4 });
  });

  it('come at once for what the play waits for, and a moment later for what it only shows', async () => {
    const { send, said, record, clock } = await talk({ commitDelayMs: 4 });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    send(ROOT, { event: 'span_tag', span_id: 'r', tags: { a: 1 } });
    await turn();
    await turn();
    expect(said, 'nobody waits').toEqual([]);
    await clock.advance(4);
    await turn();
    expect(said).toEqual([{ ack: 2 }]);
    send({ event: 'span_tag', span_id: 'r', tags: { b: 1 } });
    send(OUTPUT);
    await turn();
    await turn();
    expect(said.at(-1), 'takes along what waits').toEqual({ ack: 4 });
    send({ event: 'span_end', span_id: 'r', status: 'failed', at_ms: 2 });
    await turn();
    await turn();
    expect(said.at(-1), 'the play waits after its end').toEqual({ ack: 5 });
    await record.flush();
  });

  it('do not pass a write that failed, and come when it is tried again', async () => {
    let failures = 2;
    const batches: PlayBatch[] = [];
    const { send, said, record, clock } = await talk({
      wrap: (stores) => ({
        ...stores,
        writeBatch: async (build) => {
          if (failures-- > 0) {
            build();
            throw new Error('disk full');
          }
          await stores.writeBatch(() => {
            batches.push(build());
            return batches[0] as PlayBatch;
          });
        },
      }),
    });
    send(ROOT, OUTPUT);
    const flushed = record.flush();
    await clock.advance(10);
    send({ event: 'span_tag', span_id: 'r', tags: { a: 1 } });
    expect(said).toEqual([]);
    await clock.advance(20_000);
    await flushed;
    expect(said).toEqual([{ ack: 3 }]);
    expect(batches[0]).toMatchObject({ steps: [{ stepKey: 'k' }], spans: [{ seq: 3, span: { tags: { a: 1 } } }] });
  });

  it('stop for good when the store stays broken', async () => {
    const { send, said, record, clock } = await talk({
      wrap: (stores) => ({ ...stores, writeBatch: () => Promise.reject(new Error('gone')) }),
    });
    let isBroken = false;
    record.onBroken(() => {
      isBroken = true;
    });
    send(ROOT);
    const flushed = record.flush().catch((error: Error) => error.message);
    for (let i = 0; i < 6; i++) await clock.advance(5000);
    expect(await flushed).toMatch(/could not be kept/);
    expect([isBroken, said]).toEqual([true, []]);
  });

  it('and writes end with discard', async () => {
    const { send, said, record, stores } = await talk();
    send(ROOT);
    record.discard();
    send(OUTPUT);
    await expect(record.flush()).rejects.toThrow('could not be kept');
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).toEqual([]);
    expect((await stores.steps.page('p', 0, 9)).steps).toEqual([]);
  });
});

describe('pauses', () => {
  it('hold the ack back until they are recorded, and their answer goes first', async () => {
    const replies = new Map<string, PromiseWithResolvers<PauseReply>>();
    const { send, said, record, openPauses, idle } = await talk({
      onPause: ({ resumeId }) => {
        const reply = Promise.withResolvers<PauseReply>();
        replies.set(resumeId, reply);
        return reply.promise;
      },
    });
    send(ROOT, { ...PAUSE, resume_id: 'a' }, { ...PAUSE, resume_id: 'b' }, OUTPUT);
    await record.flush();
    expect(said).toEqual([{ ack: 1 }]);
    replies.get('b')?.resolve({ payload: '"yes"' });
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(said).toEqual([{ ack: 1 }, { resume: { id: 'b', payload: '"yes"' } }]);
    replies.get('a')?.resolve(undefined);
    await idle();
    expect(said.at(-1)).toEqual({ ack: 4 });
    expect(openPauses()).toBe(1);
  });

  it('that cannot be read are refused instead of left waiting', async () => {
    const { send, said } = await talk();
    send({ ...PAUSE, name: 'n'.repeat(300) });
    expect(said).toEqual([{ resume: { id: 'q', error: expect.stringContaining('name') } }, { ack: 1 }]);
  });
});

describe('lines', () => {
  it('that cannot be read are skipped, and their seq counts', async () => {
    const { send, said, record, stores } = await talk();
    send(
      '{not json',
      '',
      '5',
      'null',
      ROOT,
      { event: 'span_jump' },
      { event: 'span_end', span_id: 'nobody', status: 'ok' },
    );
    send({ event: 'span_start', span_id: 4 });
    await record.flush();
    expect(said).toEqual([{ ack: 4 }]);
    expect(await stores.spans.summary('p')).toEqual({ count: 1, seq: 1 });
  });

  it('ask and get an answer; what cannot be read gets an error', async () => {
    const { send, said, idle } = await talk({ onRequest: async ({ name }) => ({ result: { name } }) });
    send({ event: 'lookup', id: 'r1', name: 'x' }, { event: 'lookup', id: 'r2', name: 7 });
    await idle();
    expect(said).toContainEqual({ id: 'r1', result: { name: 'x' } });
    expect(said).toContainEqual({
      id: 'r2',
      error: { reason: 'INVALID_EVENT', message: expect.stringContaining('name') },
    });
  });

  it('hold no lone surrogate', async () => {
    const { send, record, stores } = await talk();
    send('{"event":"span_start","seq":1,"span_id":"r","name":"\\ud800","at_ms":1}');
    await record.flush();
    expect((await stores.spans.get('p', 'r'))?.span.name).toBe('\ufffd');
  });

  it('about a divergence warn', async () => {
    const { send, warnings } = await talk();
    send(ROOT, { event: 'divergence', span_id: 'r', expected: 'a', met: 'b', message: 'a was not met' });
    expect(warnings).toEqual(['a was not met']);
  });
});

describe('waits that lost a race', () => {
  it('are withdrawn after all that were recorded before them, and the reply says when that is done', async () => {
    const recording = Promise.withResolvers<PauseReply>();
    const withdrawing = Promise.withResolvers<void>();
    const asked: (readonly string[])[] = [];
    const { send, said, idle, openPauses } = await talk({
      onPause: () => recording.promise,
      onWithdraw: async (ids) => {
        asked.push(ids);
        await withdrawing.promise;
        return { result: {} };
      },
    });
    send(ROOT, PAUSE, { event: 'withdraw', id: 'w', resume_ids: ['q', 'older'] });
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked, 'a pause that is being recorded must not come after its withdrawal').toEqual([]);
    recording.resolve(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([['q', 'older']]);
    expect(openPauses()).toBe(1);
    expect(said).not.toContainEqual(expect.objectContaining({ id: 'w' }));
    withdrawing.resolve();
    await idle();
    expect(said).toContainEqual({ id: 'w', result: {} });
    expect(openPauses()).toBe(0);
  });

  it('stay open when the withdrawal fails, and one that cannot be read is refused', async () => {
    const problem = { reason: 'UNAVAILABLE', message: 'down' };
    const { send, said, idle, openPauses } = await talk({ onWithdraw: async () => ({ error: problem }) });
    send(ROOT, PAUSE, PAUSE, { event: 'withdraw', id: 'w', resume_ids: ['q'] }, { event: 'withdraw', id: 'x' });
    await idle();
    expect(said).toContainEqual({ id: 'w', error: problem });
    expect(said).toContainEqual({
      id: 'x',
      error: { reason: 'INVALID_EVENT', message: expect.stringContaining('resume_ids') },
    });
    expect(openPauses(), 'a pause that is asked twice is one').toBe(1);
  });
});

describe('whatever a play sends', () => {
  it('the feed goes on, says how much it could not read, and takes the next good line', async () => {
    const samples = [
      ROOT,
      OUTPUT,
      PAUSE,
      { event: 'span_log', span_id: 'r', text: 'x' },
      { event: 'lookup', id: 'a', name: 'x' },
    ];
    const odd = fc.oneof(
      fc.json(),
      fc.string(),
      fc.tuple(fc.constantFrom(...samples), fc.nat(200), fc.string({ maxLength: 3 })).map(([event, at, more]) => {
        const text = JSON.stringify({ seq: 1, ...event });
        return text.slice(0, at) + more + text.slice(at + 1);
      }),
      fc
        .tuple(
          fc.constantFrom(...samples),
          fc.constantFrom('event', 'span_id', 'seq', 'kind', 'output', 'id'),
          fc.jsonValue(),
        )
        .map(([event, key, value]) => JSON.stringify({ ...event, [key]: value })),
    );
    const one = async (lines: string[]) => {
      const { send, said, record, idle } = await talk();
      send(...lines.map((line) => line.replaceAll('\n', ' ')));
      await idle();
      send({ ...ROOT, seq: 900_000_000_000, span_id: 'good' });
      await record.flush();
      expect(record.tree.has('good')).toBe(true);
      expect(said).toContainEqual({ ack: expect.any(Number) });
    };
    await fc.assert(fc.asyncProperty(fc.array(odd, { maxLength: 30 }), one), { numRuns: 60, seed: 7 });
  });
});

describe('a play that sends too much', () => {
  it('is not read until what it sent is durable', async () => {
    const { send, said, record } = await talk();
    const output = JSON.stringify('x'.repeat(3_000_000));
    send(ROOT, { ...OUTPUT, output }, { ...OUTPUT, step_key: 'k2', output });
    expect(said).toEqual(['pause']);
    await record.flush();
    expect(said).toEqual(['pause', { ack: 3 }, 'resume']);
    expect(record.pendingBytes()).toBe(0);
  });

  it('of large lines is not read for a while where other plays run, and hears at once what is durable', async () => {
    let isShared = true;
    const { send, said, record, clock } = await talk({ isShared: () => isShared });
    const output = JSON.stringify('x'.repeat(1_000_000));
    send(ROOT, { ...OUTPUT, output });
    await record.flush();
    expect(said).toEqual(['pause', { ack: 2 }]);
    await clock.advance(29);
    expect(said).toHaveLength(2);
    await clock.advance(2);
    expect(said).toEqual(['pause', { ack: 2 }, 'resume']);
    send({ ...OUTPUT, step_key: 'k2', output: JSON.stringify('x'.repeat(100_000)) });
    isShared = false;
    send({ ...OUTPUT, step_key: 'k3', output });
    await record.flush();
    expect(said.slice(3)).not.toContain('pause');
  });

  it('of requests waits for their answers', async () => {
    const answer = Promise.withResolvers<{ result: number }>();
    const { send, said, idle } = await talk({ onRequest: () => answer.promise });
    send(...Array.from({ length: 70 }, (_, i) => ({ event: 'lookup', id: `r${i}`, name: 'x' })));
    expect(said).toContain('pause');
    answer.resolve({ result: 1 });
    await idle();
    expect(said).toContain('resume');
  });

  it('of lines, more in a second than its version has, is read no faster, and at once when it has to end', async () => {
    const asked = new AbortController();
    const { send, said, record, clock } = await talk({ linesPerS: 10, asked: asked.signal });
    const tags = (count: number) =>
      Array.from({ length: count }, () => ({ event: 'span_tag', span_id: 'r', tags: {} }));
    send(ROOT, ...tags(9));
    await record.flush();
    expect(said).not.toContain('pause');
    send(...tags(5));
    await record.flush();
    await clock.advance(499);
    expect(said.filter((one) => typeof one === 'string')).toEqual(['pause']);
    await clock.advance(1);
    expect(said.at(-1)).toBe('resume');
    send(...tags(50));
    await record.flush();
    expect(said.at(-2)).toBe('pause');
    asked.abort();
    await clock.advance(0);
    send(...tags(50));
    await record.flush();
    expect(said.filter((one) => typeof one === 'string')).toEqual(['pause', 'resume', 'pause', 'resume']);
  });

  it('at once ends there: the line is not taken, nor what follows it', async () => {
    let tooLong = 0;
    const { send, said, record } = await talk({ maxLineBytes: 16_384, onTooLong: () => void tooLong++ });
    send(ROOT, { event: 'span_tag', span_id: 'r', tags: { text: 'x'.repeat(16_000) } });
    await record.flush();
    expect([tooLong, said.at(-1)]).toEqual([0, { ack: 2 }]);
    send({ event: 'span_tag', span_id: 'r', tags: { text: 'ü'.repeat(8_192) } }, { ...OUTPUT, step_key: 'late' });
    await record.flush();
    expect([tooLong, said.at(-1)]).toEqual([1, { ack: 2 }]);
    expect(await record.rootOutput()).toBeUndefined();
  });

  it('of logs has them cut with a mark', async () => {
    const { send, record, stores } = await talk({ capBytes: 1000 });
    send(ROOT);
    send(...Array.from({ length: 50 }, () => ({ event: 'span_log', span_id: '', text: 'y'.repeat(100) })));
    await record.flush();
    const logs = await stores.spans.listLogs('p', { afterSeq: 0, limit: 100 });
    expect(logs).toHaveLength(8);
    expect(logs.at(-1)).toMatchObject({ spanId: 'r', text: expect.stringContaining('log cut') });
  });
});

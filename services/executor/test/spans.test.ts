// Contract: what is durable can be read page by page and as a skeleton with every cap stated; an event from outside takes
// the same path as one of the play; every call about a play that does not exist says so.

import { toHeroError } from '@hero-logic/platform';
import { SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScriptedInterpreters, type ScriptedInterpreters, type ScriptedPlay } from './scripted-interpreters.ts';
import { createWorld } from './world.ts';

let interpreters: ScriptedInterpreters;
let world: Awaited<ReturnType<typeof createWorld>>;
let play: ScriptedPlay;

const start = (span_id: string, parent_id = 'r', more = {}) => ({
  event: 'span_start',
  span_id,
  parent_id,
  name: span_id,
  at_ms: 5,
  ...more,
});
const end = (span_id: string, more = {}) => ({ event: 'span_end', span_id, status: 'ok', at_ms: 9, ...more });
const ROOT = start('r', '', { kind: 'flow_root' });

beforeEach(async () => {
  interpreters = createScriptedInterpreters();
  world = await createWorld({ interpreters, config: { drainGraceMs: 0, maxSpans: 30 } });
  world.scheduler.addVersion('v1', 'SOURCE');
  world.scheduler.enqueue('p');
  play = await interpreters.started();
});
afterEach(() => world.dispose());

async function say(...events: object[]): Promise<void> {
  play.say(...events);
  await play.acked();
}

async function reasonOf(call: Promise<unknown>): Promise<[string, string[]]> {
  const error = toHeroError(await call.catch((e: unknown) => e));
  return [error.reason, error.violations.map((v) => v.field)];
}

const push = (event: object | string, playSid = 'p') =>
  world.spans.pushSpanEvent({ playSid, event: typeof event === 'string' ? event : JSON.stringify(event) });

describe('reading', () => {
  it('tells why a span waits for its second attempt', async () => {
    const failure = { attempt: 1, start_ms: 5, end_ms: 6, error: { type: 'E', message: 'why' } };
    await say(ROOT, start('a'), end('a', { status: 'awaiting_resume', attempts: [failure] }));
    const { spans } = await world.spans.listSpans({ playSid: 'p', afterSeq: 1n });
    expect(spans).toMatchObject([{ attempt: 1, attempts: [{ attempt: 1, error: { message: 'why' } }] }]);
  });

  it('gives spans by change, with payloads and the last log lines, page by page', async () => {
    await say(
      ROOT,
      start('a', 'r', { input: '{"x":1.0}', tags: { t: [1, null] }, title: 'A', rpc_service: 'S', rpc_method: 'm' }),
    );
    await say({ event: 'span_log', span_id: 'a', stream: 'stderr', text: 'hm', at_ms: 6 });
    await say(end('a', { status: 'failed', error: { type: 'E', message: 'm', traceback: 't' }, output: '2' }));
    await say(
      start('b', 'r', { attempt: 2, attempts: [{ attempt: 1, start_ms: 5, end_ms: 6, error: { type: 'E' } }] }),
    );
    const all = await world.spans.listSpans({ playSid: 'p' });
    expect(all.spans.map((s) => [s.spanId, s.seq])).toEqual([
      ['r', 1n],
      ['a', 3n],
      ['b', 4n],
    ]);
    expect(all.spans[1]).toMatchObject({
      status: SpanStatus.FAILED,
      input: '{"x":1.0}',
      output: '2',
      title: 'A',
      tags: { t: [1, null] },
      error: { type: 'E', message: 'm', traceback: 't' },
      logs: [{ seq: 1n, text: 'hm', stream: 'stderr' }],
      rpcService: 'S',
      rpcMethod: 'm',
    });
    expect(all.spans[2]).toMatchObject({ attempt: 2, attempts: [{ attempt: 1, error: { type: 'E' } }] });
    const page = await world.spans.listSpans({ playSid: 'p', afterSeq: 1n, pageSize: 1, skeleton: true });
    expect([page.nextSeq, page.spans[0]?.spanId, page.spans[0]?.input]).toEqual([3n, 'a', '']);
    expect(await world.spans.listSpans({ playSid: 'p', afterSeq: 4n })).toMatchObject({ spans: [], nextSeq: 4n });
    const roots = await world.spans.listSpans({ playSid: 'p', parentId: '' });
    expect(roots.spans.map((s) => s.spanId)).toEqual(['r']);
  });

  it('gives recorded steps in order and whole, in pages that fit into a message', async () => {
    const large = `"${'é'.repeat(1_000_000)}"`;
    const output = (n: number) => (n % 3 === 0 ? large : `{"n": ${n}.0}`);
    for (let n = 1; n <= 12; n++) {
      const step = { step_key: `k${n}`, span_id: 'r', name: `n${n}`, output: output(n) };
      await say({ event: 'step_output', ...step, ...(n === 2 ? { within: 'k1' } : {}) });
    }
    const pages: string[][] = [];
    const seen: { stepKey: string; output: string; within: string }[] = [];
    let after = 0n;
    do {
      const page = await world.spans.listSteps({ playSid: 'p', after, pageSize: 9 });
      pages.push(page.steps.map((s) => s.stepKey));
      seen.push(...page.steps);
      after = page.next;
    } while (after > 0n);
    expect(pages).toEqual([
      ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8'],
      ['k9', 'k10', 'k11', 'k12'],
    ]);
    expect(seen.map((s) => s.output)).toEqual(Array.from({ length: 12 }, (_, i) => output(i + 1)));
    expect(seen.map((s) => s.within).filter((w) => w !== '')).toEqual(['k1']);
    expect((await world.spans.listSteps({ playSid: 'p', pageSize: 1 })).steps).toHaveLength(1);
    expect((await reasonOf(world.spans.listSteps({ playSid: 'x' })))[0]).toBe('PLAY_NOT_FOUND');
  });

  it('gives a skeleton that always shows what failed or waits, and says what it leaves out', async () => {
    await say(ROOT, ...Array.from({ length: 20 }, (_, i) => start(`s${i}`)));
    await say(
      start('deep', 's19'),
      end('deep', { status: 'failed' }),
      start('wait', 'deep'),
      end('wait', { status: 'awaiting_resume' }),
    );
    const skeleton = await world.spans.getSkeleton({ playSid: 'p', limit: 5 });
    expect(skeleton.spans.map((s) => s.spanId)).toEqual(['r', 's0', 's1', 's2', 's3', 's19', 'deep', 'wait']);
    expect(skeleton).toMatchObject({ spanCount: 23n, spansOmitted: 15n, seq: 23n });
    expect(await world.spans.getSkeleton({ playSid: 'nobody' })).toMatchObject({ spans: [], spanCount: 0n, seq: 0n });
  });

  it('of a play with too many spans tells it, in the tree and in the report', async () => {
    await say(ROOT, ...Array.from({ length: 40 }, (_, i) => start(`s${i}`)), {
      event: 'step_output',
      step_key: 'k',
      span_id: 'r',
      name: 'r',
      output: '1',
    });
    play.end({ code: 0 });
    expect(await world.scheduler.reported('p')).toMatchObject({
      outcome: RunOutcome.SUCCESS,
      spanCount: 30n,
      warnings: ['only the first 30 spans were kept (limit max_spans); 11 more came'],
    });
    expect((await world.spans.getSkeleton({ playSid: 'p', limit: 1 })).spans[0]?.tags).toEqual({ spans_not_kept: 11 });
  });

  it('of a play that does not exist is PLAY_NOT_FOUND, of one without spans empty', async () => {
    expect(await world.spans.listSpans({ playSid: 'p' })).toMatchObject({ spans: [], nextSeq: 0n });
    expect(await world.spans.listLogs({ playSid: 'p', afterSeq: 3n })).toMatchObject({ logs: [], nextSeq: 3n });
    expect((await reasonOf(world.spans.listSpans({ playSid: 'x' })))[0]).toBe('PLAY_NOT_FOUND');
    expect((await reasonOf(world.spans.listLogs({ playSid: 'x' })))[0]).toBe('PLAY_NOT_FOUND');
  });
});

describe('an event from outside', () => {
  it('joins the record of the running play', async () => {
    await say(ROOT);
    await push(start('x', 'r', { tags: { cost_usd: 1 } }));
    await push(end('x', { status: 'odd' }));
    await say(start('y'), { event: 'step_output', step_key: 'k', span_id: 'r', output: '1' }, end('y'), end('r'));
    const { spans } = await world.spans.listSpans({ playSid: 'p' });
    expect(spans.map((s) => [s.spanId, s.status])).toEqual([
      ['x', SpanStatus.FAILED],
      ['y', SpanStatus.OK],
      ['r', SpanStatus.OK],
    ]);
    expect(new Set(spans.map((s) => s.seq)).size).toBe(3);
    play.end({ code: 0 });
    expect(await world.scheduler.reported('p')).toMatchObject({ totalCostUsd: 1, spanCount: 3n });
    expect((await reasonOf(push(start('z'))))[0]).toBe('PLAY_ENDED');
  });

  it('joins a play that waits, and the next run goes on from there', async () => {
    await say(ROOT, { event: 'pause', resume_id: 'q', name: 'q', span_id: 'r', kind: 'answer' });
    play.end({ code: 75 });
    await world.scheduler.reported('p');
    await push(start('x'));
    world.scheduler.enqueue('p');
    play = await interpreters.started();
    await say(ROOT, start('y'));
    const { spans } = await world.spans.getSkeleton({ playSid: 'p' });
    expect(spans.map((s) => [s.spanId, s.runs])).toEqual([
      ['r', 2],
      ['x', 1],
      ['y', 1],
    ]);
  });

  it('that is wrong is refused with the field named', async () => {
    await say(ROOT);
    expect(await reasonOf(push('{"event":'))).toEqual(['INVALID_EVENT', ['event']]);
    expect(await reasonOf(push('[1]'))).toEqual(['INVALID_EVENT', ['event']]);
    expect(await reasonOf(push({ event: 'span_start' }))).toEqual(['INVALID_EVENT', ['event.span_id']]);
    expect(await reasonOf(push({ ...start('x'), at_ms: 'now' }))).toEqual(['INVALID_EVENT', ['event.at_ms']]);
    expect(await reasonOf(push({ event: 'lookup', id: '1', name: 'x' }))).toEqual(['INVALID_EVENT', ['event.event']]);
    expect(await reasonOf(push({ event: 'pause', resume_id: 'r', name: 'n' }))).toEqual([
      'INVALID_EVENT',
      ['event.event'],
    ]);
    expect((await reasonOf(push(end('nobody'))))[0]).toBe('SPAN_NOT_FOUND');
    expect((await reasonOf(push({ event: 'span_log', span_id: 'nobody', text: 'x' })))[0]).toBe('SPAN_NOT_FOUND');
    expect((await reasonOf(push(start('x'), 'unknown')))[0]).toBe('PLAY_NOT_FOUND');
    expect(await world.spans.getSkeleton({ playSid: 'p' })).toMatchObject({ spanCount: 1n });
  });
});

it('a play that is cancelled while it waits has its tree closed', async () => {
  await say(ROOT, start('q', 'r', { kind: 'pause' }), end('q', { status: 'awaiting_resume' }), start('a'), end('a'));
  await say({ event: 'pause', resume_id: 'q', name: 'q', span_id: 'q', kind: 'answer' });
  play.end({ code: 75 });
  await world.scheduler.reported('p');
  expect(await world.spans.closeSpans({ playSid: 'p' })).toMatchObject({ closed: 0n });
  world.scheduler.cancel('p');
  expect(await world.spans.closeSpans({ playSid: 'p' })).toMatchObject({ closed: 2n });
  expect(await world.spans.closeSpans({ playSid: 'p' })).toMatchObject({ closed: 0n });
  const { spans } = await world.spans.getSkeleton({ playSid: 'p' });
  expect(spans.map((s) => s.status)).toEqual([SpanStatus.CANCELLED, SpanStatus.CANCELLED, SpanStatus.OK]);
  expect((await reasonOf(world.spans.closeSpans({ playSid: 'x' })))[0]).toBe('PLAY_NOT_FOUND');
});

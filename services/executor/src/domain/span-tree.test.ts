// Contract: the tree is what the events of all runs have made of it. A memo hit keeps what was first recorded, a body that
// runs again counts, every change has a number of its own, and no order of events breaks it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanEvent } from './play-event.ts';
import { readEvent } from './read-event.ts';
import { createSpanTree, type SpanRecord, type SpanTree } from './span-tree.ts';

function event(members: Record<string, unknown>): SpanEvent {
  return readEvent(members, 0).event as SpanEvent;
}
const start = (span_id: string, more = {}) =>
  event({ event: 'span_start', span_id, name: span_id, at_ms: 10, ...more });
const end = (span_id: string, more = {}) => event({ event: 'span_end', span_id, status: 'ok', at_ms: 20, ...more });

function tree(maxSpans = 1000): SpanTree {
  const made = createSpanTree({ maxSpans });
  made.beginRun('v1');
  return made;
}

/** What a store would give back after a restart. */
function reopened(records: readonly SpanRecord[]): SpanTree {
  const stored = new Map(records.map((r) => [r.span.spanId, r]));
  const made = createSpanTree({ maxSpans: 1000 });
  made.prime(JSON.parse(JSON.stringify([...stored.values()])) as SpanRecord[]);
  made.beginRun('v1');
  return made;
}

describe('the tree', () => {
  it('takes a span from its start to its end, one number for what changed together', () => {
    const t = tree();
    t.apply(start('root', { kind: 'flow_root', parent_id: 'of another play', input: '{}' }));
    t.apply(start('a', { parent_id: 'root', tags: { x: 1 } }));
    t.apply(event({ event: 'span_tag', span_id: 'a', tags: { y: 2 }, title: 'A' }));
    t.apply(end('a', { output: '5', tags: { x: 3 } }));
    expect(t.take()).toMatchObject([
      { seq: 1, order: 0, input: '{}', span: { spanId: 'root', parentId: '', status: 'running', runs: 1 } },
      {
        seq: 2,
        order: 1,
        output: '5',
        span: { status: 'ok', title: 'A', tags: { x: 3, y: 2 }, startMs: 10, endMs: 20 },
      },
    ]);
    expect(t.isDirty()).toBe(false);
    t.apply(end('root', { status: 'failed', error: { type: 'E', message: 'm' } }));
    const [root] = t.take();
    expect(root).toMatchObject({
      seq: 3,
      input: undefined,
      span: { status: 'failed', error: { type: 'E', message: 'm' } },
    });
  });

  it('counts attempts within a run, and runs across runs', () => {
    const t = tree();
    t.apply(start('a', { tags: { kept: 1 } }));
    t.apply(start('a', { attempt: 2, at_ms: 15, attempts: [{ attempt: 1, start_ms: 10, end_ms: 12 }] }));
    t.apply(end('a', { status: 'failed', output: '1' }));
    const first = t.take();
    expect(first[0]?.span).toMatchObject({ attempt: 2, runs: 1, startMs: 10, attempts: [{ attempt: 1 }] });
    const again = reopened(first);
    again.apply(start('a', { at_ms: 500 }));
    expect(again.take()[0]).toMatchObject({
      seq: 2,
      order: 0,
      output: '',
      span: { runs: 2, attempt: 1, attempts: [], status: 'running', startMs: 10, tags: { kept: 1 } },
    });
    expect([...again.spans()][0]?.endMs).toBeUndefined();
  });

  it('keeps what was first recorded on a memo hit', () => {
    const t = tree();
    t.apply(start('a', { input: '1', at_ms: 10 }));
    t.apply(end('a', { output: '2', at_ms: 30 }));
    const again = reopened(t.take());
    again.apply(start('a', { replayed: true, at_ms: 900, name: 'other' }));
    expect(again.take()[0]).toMatchObject({
      input: undefined,
      output: undefined,
      span: { status: 'replayed', replays: 1, runs: 1, name: 'a', startMs: 10, endMs: 30 },
    });
    again.apply(start('new', { replayed: true, at_ms: 900 }));
    expect(again.take()[0]?.span).toMatchObject({ status: 'replayed', replays: 1, runs: 0, startMs: 900, endMs: 900 });
  });

  it('tells what was only replayed as ranges, and in full what else has happened to it or was not stored', () => {
    const first = tree();
    first.apply(start('root', { kind: 'flow_root' }));
    for (const id of ['a', 'b', 'c', 'd', 'e', 'open']) first.apply(start(id));
    for (const id of ['a', 'b', 'c', 'd', 'e']) first.apply(end(id));
    const t = reopened(first.take());
    t.apply(start('root', { kind: 'flow_root' }));
    t.apply(start('new', { replayed: true }));
    for (const id of ['a', 'b', 'd', 'e', 'open']) t.apply(start(id, { replayed: true }));
    t.apply(event({ event: 'span_tag', span_id: 'e', tags: { x: 1 } }));
    t.apply(start('c', { replayed: true }));
    expect(t.isDirty()).toBe(true);
    const ranges = t.takeReplayed();
    expect(ranges).toEqual([
      { from: 1, to: 2, seq: 8 },
      { from: 4, to: 4, seq: 10 },
      { from: 3, to: 3, seq: 11 },
    ]);
    const rest = t.take();
    expect(rest.map(({ span, seq }) => [span.spanId, span.status, seq])).toEqual([
      ['root', 'running', 12],
      ['new', 'replayed', 13],
      ['open', 'replayed', 14],
      ['e', 'replayed', 15],
    ]);
    expect([t.isDirty(), [...t.spans()].find((s) => s.spanId === 'b')?.replays]).toEqual([false, 1]);
    t.restore([], ranges.slice(0, 1));
    expect(t.takeReplayed()).toEqual([]);
    expect(t.take().map(({ span, seq }) => [span.spanId, span.replays, seq])).toEqual([
      ['a', 1, 16],
      ['b', 1, 17],
    ]);
    t.beginRun('v1');
    t.apply(start('a', { replayed: true }));
    t.apply(start('a', { replayed: true }));
    expect(t.take().map(({ span }) => [span.spanId, span.replays])).toEqual([['a', 3]]);
  });

  it('closes what is open as the run ended', () => {
    const t = tree();
    t.apply(start('root', { kind: 'flow_root' }));
    t.apply(start('a'));
    t.apply(end('a'));
    t.apply(start('p', { kind: 'pause' }));
    t.apply(end('p', { status: 'awaiting_resume' }));
    t.closeOpen({ open: 'awaiting_resume', atMs: 50 });
    expect([...t.spans()].map((s) => [s.status, s.endMs])).toEqual([
      ['awaiting_resume', undefined],
      ['ok', 20],
      ['awaiting_resume', undefined],
    ]);
    const error = { type: 'WallTimeLimit', message: 'm', traceback: 'tb' };
    const again = reopened(t.take());
    again.apply(start('root', { kind: 'flow_root' }));
    again.apply(start('b'));
    again.closeOpen({ open: 'timed_out', waiting: 'cancelled', atMs: 60, error });
    expect([...again.spans()].map((s) => [s.spanId, s.status, s.endMs, s.error?.traceback])).toEqual([
      ['root', 'timed_out', 60, 'tb'],
      ['a', 'ok', 20, undefined],
      ['p', 'cancelled', 60, undefined],
      ['b', 'timed_out', 60, ''],
    ]);
  });

  it('says of which spans it knows nothing, and what it did not keep', () => {
    const t = tree(2);
    expect(t.apply(end('nobody'))).toBe('unknown_span');
    t.apply(start('root', { kind: 'flow_root' }));
    t.apply(start('a'));
    expect([t.apply(start('b')), t.apply(start('c')), t.apply(end('b'))]).toEqual(['not_kept', 'not_kept', 'not_kept']);
    expect([t.count(), t.notKept(), t.root()?.tags.spans_not_kept]).toEqual([2, 2, 2]);
  });

  it('keeps a divergence on the root, and a tag named __proto__ as a tag', () => {
    const t = tree();
    t.apply(start('root', { kind: 'flow_root', tags: JSON.parse('{"__proto__": {"x": 1}}') }));
    t.apply(event({ event: 'divergence', span_id: 'gone', expected: 'a', met: 'b', source_line: 3, message: 'm' }));
    const doc = JSON.parse(JSON.stringify(t.take()[0]?.span)) as { tags: Record<string, unknown> };
    expect(Object.keys(doc.tags)).toEqual(['__proto__', 'divergence']);
    expect(doc.tags.divergence).toMatchObject({ expected: 'a', met: 'b', source_line: 3 });
  });

  it('survives any order of events, failed writes and restarts', () => {
    const ids = fc.constantFrom('root', 'a', 'b', 'c', '');
    const step = fc.oneof(
      fc.record({
        event: fc.constant('span_start'),
        span_id: ids,
        parent_id: ids,
        kind: fc.constantFrom('flow_root', 'step'),
        replayed: fc.boolean(),
        at_ms: fc.nat(),
        input: fc.string(),
      }),
      fc.record({
        event: fc.constant('span_end'),
        span_id: ids,
        status: fc.string(),
        at_ms: fc.nat(),
        output: fc.string(),
      }),
      fc.record({ event: fc.constant('span_tag'), span_id: ids, tags: fc.dictionary(fc.string(), fc.jsonValue()) }),
      fc.constantFrom({ event: 'take' }, { event: 'fail' }, { event: 'unheard' }, { event: 'run' }, { event: 'close' }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let t = tree();
        const stored = new Map<string, SpanRecord>();
        let lastSeq = 0;
        const take = () => {
          const records = t.take();
          for (const record of records) {
            expect(record.seq, 'a number is used once').toBeGreaterThan(lastSeq);
            lastSeq = record.seq;
            stored.set(record.span.spanId, JSON.parse(JSON.stringify(record)) as SpanRecord);
          }
          return records;
        };
        for (const one of steps) {
          if (one.event === 'take') take();
          else if (one.event === 'fail') t.restore(t.take());
          else if (one.event === 'unheard') t.restore(take());
          else if (one.event === 'close') t.closeOpen({ open: 'failed', waiting: 'cancelled', atMs: 1 });
          else if (one.event === 'run') {
            take();
            t = reopened([...stored.values()]);
          } else {
            const { event: read } = readEvent(one, 0);
            if (read !== undefined) t.apply(read as SpanEvent);
          }
        }
        take();
        expect([...stored.values()].map((r) => r.order).sort((a, b) => a - b)).toEqual(
          [...stored.keys()].map((_, i) => i),
        );
        expect([...t.spans()].every((s) => s.endMs === undefined || s.endMs >= s.startMs)).toBe(true);
        expect(JSON.parse(JSON.stringify([...t.spans()]))).toEqual(
          [...stored.values()].sort((a, b) => a.order - b.order).map((r) => r.span),
        );
      }),
    );
  });
});

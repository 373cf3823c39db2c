// Contract: a fork keeps exactly the steps that had completed when the span began, their spans as they were, and of the others the
// place; orders stay, so that a fork of the fork means the same; what a dry replay may enter, and what fails again.

import { describe, expect, it } from 'vitest';
import { knownSpans } from './dry-record.ts';
import type { PlayEvent, SpanEvent } from './play-event.ts';
import { beganAt, planCopy, type StepHead, setOutputProblem } from './record-copy.ts';
import { createSpanTree, presentSpans, type SpanRecord, type SpanTree } from './span-tree.ts';
import { usageOf } from './usage.ts';

/** A tree and its steps as the lines of a play make them: `+a` starts, `-a` ends recorded, `!a` fails, `?a` pauses, `|` moves to v2. */
function recorded(lines: string, parents: Record<string, string> = {}) {
  const tree = createSpanTree({ maxSpans: 1000 });
  const steps: StepHead[] = [];
  let version = 'v1';
  tree.beginRun('v1');
  lines.split(' ').forEach((line, at) => {
    const id = line.slice(1);
    if (line === '|') {
      version = 'v2';
      tree.beginRun(version);
    }
    const parentId = parents[id] ?? (id === 'root' ? '' : 'root');
    const kind = id === 'root' ? 'flow_root' : line[0] === '?' ? 'pause' : 'step';
    if (line[0] === '+' || line[0] === '?') tree.apply(start(id, { parentId, kind, atMs: at }));
    if (line[0] === '-')
      steps.push({
        ...step(id, tree.nextPlace(), parents),
        stepKey: version === 'v1' ? id : `${id} ${version}`,
        versionSid: version,
      });
    if (line[0] === '.')
      steps.push({ ...step(id, tree.nextPlace(), parents), stepKey: `now ${id} ${at}`, name: 'flow.now' });
    if (line[0] === '-' || line[0] === '!') tree.apply(end(id, line[0] === '-' ? 'ok' : 'failed', at));
  });
  return { tree, steps, spans: tree.take().sort((a, b) => a.order - b.order) };
}

function start(spanId: string, more: object = {}): SpanEvent {
  const base = { spanId, parentId: 'root', name: spanId, title: undefined, kind: 'step', atMs: 0, attempt: 1 };
  const rest = { attempts: undefined, tags: { cost_usd: 1 }, input: undefined, sourceFile: '', sourceLine: 0 };
  return {
    event: 'span_start',
    ...base,
    ...rest,
    rpcService: '',
    rpcMethod: '',
    replayed: false,
    ...more,
  } as PlayEvent & SpanEvent;
}

function end(spanId: string, status: 'ok' | 'failed', atMs: number): SpanEvent {
  const error = status === 'failed' ? { type: 'ValueError', message: `${spanId} broke`, traceback: 'long' } : undefined;
  return { event: 'span_end', spanId, status, atMs, output: undefined, error, tags: undefined, attempts: undefined };
}

function step(id: string, spansBefore: number, parents: Record<string, string>): StepHead {
  const within = parents[id] ?? 'root';
  return { stepKey: id, spanId: id, name: id, within, versionSid: 'v1', spansBefore };
}

function plan({ spans, steps }: { spans: SpanRecord[]; steps: StepHead[] }, id: string, versionSid = 'v1') {
  const from = spans.find(({ span }) => span.spanId === id) as SpanRecord;
  return planCopy({ from, spans: presentSpans(spans), steps, versionSid });
}

const shown = ({ spans }: { spans: readonly SpanRecord[] }) =>
  spans.map(({ span, order, seq }) => `${order}/${seq} ${span.spanId} ${span.copied} ${span.status}`);

const namesOf = ({ steps }: { steps: ReadonlyMap<string, StepHead> }) => [...steps.values()].map((one) => one.name);

describe('what is kept', () => {
  const nested = recorded('+root +a -a +b +c -c +d -d -b +e -e -root', { c: 'b', d: 'b' });

  it('is what completed before the span began: not it, not what runs around it', () => {
    const kept = (id: string) => namesOf(plan(nested, id));
    expect(kept('root')).toEqual([]);
    expect(kept('a')).toEqual([]);
    expect(kept('b')).toEqual(['a']);
    expect(kept('c')).toEqual(['a']);
    expect(kept('d')).toEqual(['a', 'c']);
    expect(kept('e')).toEqual(['a', 'c', 'd', 'b']);
    expect(kept('e').includes('root'), 'a play that has ended').toBe(false);
  });

  it('spans: kept steps with all inside, frames around them, places of the rest; nothing where no step is kept', () => {
    expect(shown(plan(nested, 'd'))).toEqual([
      '0/1 root frame pending',
      '1/2 a kept ok',
      '2/3 b frame pending',
      '3/4 c kept ok',
    ]);
    expect(shown(plan(nested, 'e')).slice(2)).toEqual(['2/3 b kept ok', '3/4 c kept ok', '4/5 d kept ok']);
    expect(plan(nested, 'a').spans).toEqual([]);
    const failed = recorded('+root +x !x +a -a ?q +b -b');
    expect(shown(plan(failed, 'b'))).toEqual([
      '0/1 root frame pending',
      '1/2 x place pending',
      '2/3 a kept ok',
      '3/4 q place pending',
    ]);
    expect(plan(failed, 'b').spans[1]?.span).toMatchObject({ runs: 0, tags: {}, error: undefined, endMs: undefined });
  });

  it('side by side: what ends while the span runs is not kept, whoever began first', () => {
    const beside = recorded('+root +a +b -a +c -b -c');
    expect(namesOf(plan(beside, 'c'))).toEqual(['a']);
    expect(namesOf(plan(beside, 'b'))).toEqual([]);
  });

  it('values that the SDK recorded follow the same rule; those of the span itself do not stay', () => {
    const values = recorded('+root .root +a -a .root +b .b -b');
    values.steps.push({ ...step('b', 2, {}), stepKey: 'sleep b', name: 'flow.sleep' });
    const kept = (id: string) => plan(values, id).steps.size;
    expect([kept('a'), kept('b')]).toEqual([1, 3]);
  });

  it('only steps of the version that the fork runs on, and those of nobody', () => {
    const other = { ...nested, steps: nested.steps.map((s, i) => ({ ...s, versionSid: i === 0 ? '' : 'v1' })) };
    expect(namesOf(plan(other, 'e', 'v2'))).toEqual(['a']);
    expect(plan(nested, 'e', 'v2')).toMatchObject({ spans: [] });
  });

  it('outputs can be set for kept steps that are not inside another one', () => {
    expect(setOutputProblem(plan(nested, 'e'), 'b')).toBeUndefined();
    expect(setOutputProblem(plan(nested, 'd'), 'c')).toBeUndefined();
    expect(setOutputProblem(plan(nested, 'e'), 'c')).toContain('lies in the recorded step "b"');
    expect(setOutputProblem(plan(nested, 'e'), 'e')).toContain('is not the span of a recorded step');
  });
});

describe('a play that moved to another version', () => {
  const moved = recorded('+root +a -a ?q +x -x | +root +n -n +a -a ?q +b +c -c', { c: 'b' });

  it('counts what appeared there, anew: a span that is met again begins again', () => {
    const kept = (id: string) => namesOf(plan(moved, id, 'v2'));
    expect(kept('q')).toEqual(['n', 'a']);
    expect(kept('a')).toEqual(['n']);
    expect(kept('c')).toEqual(['n', 'a']);
    expect(kept('x'), 'it was not met there').toEqual([]);
    expect([...plan(moved, 'b', 'v2').before]).toEqual(['root', 'n', 'a', 'q']);
    const q = moved.spans.find(({ span }) => span.spanId === 'q')?.span;
    expect(q && [q.startMs, beganAt(q)]).toEqual([3, 12]);
  });

  it('is copied with orders from 0, and goes on so after the process has ended', () => {
    const copy = plan(moved, 'c', 'v2');
    expect(shown(copy)).toEqual([
      ...['0/1 root frame pending', '1/2 n kept ok', '2/3 a kept ok', '3/4 q place pending', '4/5 b place pending'],
    ]);
    expect([...copy.steps.values()].map((one) => one.spansBefore)).toEqual([2, 3]);
    const again = createSpanTree({ maxSpans: 100 });
    again.prime(moved.spans);
    again.beginRun('v2');
    for (const id of ['root', 'n', 'x']) again.apply(start(id, { parentId: id === 'root' ? '' : 'root', atMs: 500 }));
    const spans = presentSpans(
      again.take().concat(moved.spans.filter(({ span }) => !['root', 'n', 'x'].includes(span.spanId))),
    );
    expect(spans.map(({ span }) => span.spanId)).toEqual(['root', 'n', 'a', 'q', 'b', 'c', 'x']);
  });
});

describe('a copied tree', () => {
  function copied(): SpanTree {
    const tree = createSpanTree({ maxSpans: 100 });
    tree.prime(plan(recorded('+root +a -a ?q +b +c -c +d -d -b', { c: 'b', d: 'b' }), 'd').spans);
    tree.beginRun('v1');
    return tree;
  }
  const span = (tree: SpanTree, id: string) => [...tree.spans()].find(({ spanId }) => spanId === id);

  it('begins anew: places with their own time, frames with that of the original and their own beside it', () => {
    const tree = copied();
    for (const id of ['root', 'q', 'b']) tree.apply(start(id, { parentId: id === 'root' ? '' : 'root', atMs: 900 }));
    tree.apply(start('new', { atMs: 901 }));
    expect(span(tree, 'q')).toMatchObject({ startMs: 900, runs: 1, copied: undefined });
    const root = span(tree, 'root');
    expect(root).toMatchObject({ startMs: 0, runs: 1, status: 'running', copied: undefined });
    expect(root && beganAt(root)).toBe(900);
    expect(tree.take().find((r) => r.span.spanId === 'new')?.order).toBe(5);
  });

  it('costs what it ran itself; what it never met stays in its place, and is cancelled at the end', () => {
    const tree = copied();
    tree.apply(start('root', { parentId: '', kind: 'flow_root', atMs: 900 }));
    tree.apply(start('a', { replayed: true, atMs: 901 }));
    expect(usageOf(tree.spans()).costUsd).toBe(1);
    expect(span(tree, 'a')).toMatchObject({ status: 'replayed', replays: 1, runs: 1 });
    tree.closeOpen({ open: 'awaiting_resume', atMs: 1000 });
    expect([span(tree, 'root')?.status, span(tree, 'q')?.status]).toEqual(['awaiting_resume', 'pending']);
    const error = { type: 'E', message: 'm', traceback: '' };
    tree.closeOpen({ open: 'failed', waiting: 'cancelled', atMs: 1000, error });
    expect(span(tree, 'q')).toMatchObject({ status: 'cancelled', error: undefined });
  });
});

it('a dry replay enters what has something inside that is known, and knows what failed', () => {
  const parents = { c: 'b', d: 'c', e: 'b', q: 'c', y: 'x', z: 'y' };
  const { spans, steps } = recorded('+root +a -a +b +c +d -d ?q !c +e +f +x +y +z -z -y -x', parents);
  const known = knownSpans(
    spans.map((record) => record.span),
    steps.filter((s) => s.spanId !== 'root'),
  );
  expect(Object.fromEntries(known.map(({ spanId, inner, error }) => [spanId, error?.message ?? inner]))).toEqual({
    ...{ root: 4, a: 0, b: 2, c: 'c broke', d: 0, e: 0, f: 0, x: 0 },
  });
  expect(known.find(({ spanId }) => spanId === 'c')).toMatchObject({ inner: 2, order: 3 });
});

// A held play is stopped when an output is durable, not acknowledged, and no other step is under way. Steps that wait for that
// acknowledgement are not under way; an output inside another step is never kept back.

import { expect, test } from 'vitest';
import type { PlayEvent } from './play-event.ts';
import { createStepBoundary } from './step-boundary.ts';

const start = (spanId: string, parentId = 'r', more = {}) =>
  ({
    event: 'span_start',
    spanId,
    parentId,
    name: spanId,
    kind: 'step',
    input: '{}',
    replayed: false,
    ...more,
  }) as PlayEvent;
const output = (spanId: string, name = spanId) =>
  ({ event: 'step_output', spanId, name, stepKey: spanId, output: '1', within: '' }) as PlayEvent;
const end = (spanId: string) => ({ event: 'span_end', spanId, status: 'ok' }) as PlayEvent;
const root = start('r', '', { kind: 'flow_root', name: 'main' });

/** Observes events as 1, 2, 3, ... */
function watching(...events: PlayEvent[]) {
  const boundary = createStepBoundary();
  let seq = 0;
  const see = (...more: PlayEvent[]) => {
    for (const event of more) boundary.observe(event, ++seq);
    return boundary;
  };
  see(root, ...events);
  return { boundary, see };
}

test('one step after the other: at the output of the one under way, once it is durable', () => {
  const { boundary, see } = watching(start('a'));
  see(output('a'), end('a'));
  boundary.acked(4);
  expect(boundary.ackLimit()).toBe(Number.POSITIVE_INFINITY);
  see(start('b'));
  boundary.request();
  expect(boundary.isReached(9)).toBe(false);
  see(output('b'));
  expect(boundary.isReached(5)).toBe(false);
  expect(boundary.isReached(6)).toBe(true);
  expect(boundary.ackLimit()).toBe(5);
  boundary.withdraw();
  expect([boundary.isReached(6), boundary.ackLimit()]).toEqual([false, Number.POSITIVE_INFINITY]);
});

test('side by side: those under way may end, those that begin meanwhile wait and are not cut', () => {
  const { boundary, see } = watching(start('a'), start('b'), start('c'));
  boundary.request();
  see(output('a'), end('a'), start('d'));
  expect(boundary.isReached(99)).toBe(false);
  expect(boundary.ackLimit()).toBe(4);
  see(output('b'), end('b'));
  expect(boundary.isReached(99)).toBe(false);
  expect(boundary.notBegun()).toEqual(['d']);
  see(end('c'));
  expect(boundary.isReached(99)).toBe(true);
});

test('inside a step nothing is kept back, and its body is not cut', () => {
  const { boundary, see } = watching(
    start('outer'),
    start('block', 'outer', { input: undefined }),
    start('inner', 'block'),
  );
  boundary.request();
  see(output('inner'), end('inner'));
  expect([boundary.isReached(99), boundary.ackLimit()]).toEqual([false, Number.POSITIVE_INFINITY]);
  boundary.acked(6);
  see(output('outer', 'flow.now'));
  expect(boundary.isReached(99)).toBe(false);
  boundary.acked(7);
  see(end('block'), output('outer'));
  expect([boundary.isReached(99), boundary.ackLimit()]).toEqual([true, 8]);
});

test('blocks, sub-flows and memo hits are not under way; the output of the entry is its end', () => {
  const { boundary, see } = watching(
    start('block', 'r', { input: undefined }),
    start('sub', 'block', { kind: 'subflow' }),
    start('hit', 'sub', { replayed: true }),
    start('a', 'sub'),
  );
  boundary.request();
  see(output('a'));
  expect(boundary.isReached(99)).toBe(true);
  const last = watching();
  last.boundary.request();
  last.see(output('r', 'main'));
  expect([last.boundary.isReached(99), last.boundary.ackLimit()]).toEqual([false, Number.POSITIVE_INFINITY]);
});

test('what was given up is acknowledged, and the next chance is taken when it comes by itself', () => {
  const { boundary, see } = watching(start('a'), start('b'));
  let lifted = 0;
  boundary.onLift(() => lifted++);
  boundary.request();
  see(output('a'));
  expect(boundary.ackLimit()).toBe(3);
  boundary.giveUp();
  expect([lifted, boundary.ackLimit()]).toEqual([1, Number.POSITIVE_INFINITY]);
  boundary.acked(4);
  expect(boundary.isReached(99)).toBe(false);
  see(output('b'));
  expect(boundary.isReached(99)).toBe(true);
});

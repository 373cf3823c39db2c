// Two plays are matched by what was called, where, and the how manieth time: a slower step is not another step, and the first difference is
// the innermost one.

import { expect, test } from 'vitest';
import { alignPlays, firstDifference } from './aligned.ts';
import { hunks, lineDiff } from './line-diff.ts';
import type { Span } from './span.ts';
import { SpanStore } from './span-store.ts';

const span = (
  id: string,
  parentId: string,
  name: string,
  startMs: number,
  endMs: number,
  more: Partial<Span> = {},
): Span =>
  ({
    id,
    parentId,
    name,
    seq: 1n,
    title: '',
    kind: 'step',
    outcome: 'ok',
    status: 'ok',
    attempts: [],
    runs: 1,
    replays: 0,
    line: 0,
    startMs,
    endMs,
    ...more,
  }) as Span;
const play = (...list: Span[]) => {
  const store = new SpanStore();
  store.apply(list);
  return store.nodes;
};

test('what only one has stands where it happened; times count when they matter', () => {
  const a = play(
    span('r', '', 'root', 0, 900),
    span('1', 'r', 'read', 0, 100),
    span('2', 'r', 'match', 100, 400),
    span('3', 'r', 'book', 400, 500),
  );
  const b = play(
    span('R', '', 'root', 0, 990, { outcome: 'failed' }),
    span('x', 'R', 'read', 0, 450),
    span('y', 'R', 'book', 500, 600, { outcome: 'failed' }),
    span('z', 'R', 'tell', 600, 610),
  );
  const pairs = alignPlays(a, b);
  expect(pairs.map((p) => [p.title, p.change])).toEqual([
    ['root', 'outcome'],
    ['read', 'slower'],
    ['match', 'only-a'],
    ['book', 'outcome'],
    ['tell', 'only-b'],
  ]);
  expect(firstDifference(pairs)?.title).toBe('match');
  expect(firstDifference(alignPlays(a, a))).toBeUndefined();
});

test('many equal steps are compared by their number', () => {
  const many = (n: number) =>
    play(span('r', '', 'root', 0, 9), ...Array.from({ length: n }, (_, i) => span(`s${i}`, 'r', 'each', i, i + 1)));
  expect(alignPlays(many(20), many(30)).map((p) => [p.title, p.a?.count, p.b?.count, p.change])).toEqual([
    ['root', 1, 1, 'same'],
    ['each', 20, 30, 'count'],
  ]);
});

test('lines that changed, with those around them', () => {
  const lines = lineDiff('a\nb\nc\nd', 'a\nx\nc\nd\ne');
  expect(lines.map((l) => `${l.kind} ${l.text}`)).toEqual(['same a', 'gone b', 'new x', 'same c', 'same d', 'new e']);
  expect(lines.at(-1)).toMatchObject({ a: 0, b: 5 });
  expect(hunks(lineDiff('1\n2\n3\n4\n5\n6', '1\n2\n3\n4\n5\nsix'), 1).map((h) => [h.skipped, h.line.text])).toEqual([
    [4, '5'],
    [0, '6'],
    [0, 'six'],
  ]);
  expect(hunks(lineDiff('same', 'same'))).toEqual([]);
});

// Contract: changes may come in any order and more than once; rows are the visible tree; listeners hear once of many changes.

import { expect, test } from 'vitest';
import type { Span } from './span.ts';
import { SpanStore } from './span-store.ts';

function span(id: string, parentId: string, seq: number, more: Partial<Span> = {}): Span {
  const status = more.status ?? 'ok';
  return {
    id,
    parentId,
    seq: BigInt(seq),
    name: id,
    title: '',
    kind: 'step',
    status,
    outcome: status,
    attempt: 1,
    attempts: [],
    runs: 1,
    replays: 0,
    startMs: seq,
    endMs: undefined,
    tags: {},
    error: undefined,
    rpc: '',
    childPlaySid: '',
    file: '',
    line: 0,
    ...more,
  };
}

const shown = (store: SpanStore) => store.rows().map((r) => `${' '.repeat(r.level - 1)}${r.span.id}`);

test('many equal steps stay one row with the right count while more come, and one that turns out to be another leaves them', () => {
  const store = new SpanStore();
  const many = Array.from({ length: 20 }, (_, i) => span(`n${i}`, 'a', i + 2, { name: 'one' }));
  store.apply([span('a', '', 1), ...many]);
  const rows = () => store.rows().map((r) => `${r.span.name} ${r.repeat === undefined ? '' : r.children}`.trim());
  expect(rows()).toEqual(['a', 'one 20']);
  store.apply([span('n20', 'a', 40, { name: 'one' })]);
  expect(rows()).toEqual(['a', 'one 21']);
  store.apply([span('n0', 'a', 41, { name: 'other', startMs: 2 })]);
  expect(rows()).toEqual(['a', 'other', 'one 20']);
});

test('a child that comes before its parent moves under it', () => {
  const store = new SpanStore();
  store.apply([span('b', 'a', 3)]);
  expect(shown(store)).toEqual(['b']);
  store.apply([span('a', '', 2)]);
  expect(shown(store)).toEqual(['a', ' b']);
});

test('an older change never replaces a newer one', () => {
  const store = new SpanStore();
  store.apply([span('a', '', 5, { status: 'ok' })]);
  store.apply([span('a', '', 4, { status: 'running' })]);
  expect(store.get('a')?.status).toBe('ok');
});

test('siblings stand in the order in which they began, whatever changed last', () => {
  const store = new SpanStore();
  store.apply([
    span('root', '', 9, { startMs: 0 }),
    span('late', 'root', 2, { startMs: 20 }),
    span('early', 'root', 8, { startMs: 10 }),
    span('waits', 'root', 1, { startMs: undefined }),
  ]);
  expect(shown(store)).toEqual(['root', ' early', ' late', ' waits']);
  expect(store.rows().map((r) => [r.position, r.siblings])).toEqual([
    [1, 1],
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
});

test('a large tree opens two levels and what needs a look; a fold by hand holds', () => {
  const store = new SpanStore();
  const list = [span('root', '', 1)];
  for (let i = 0; i < 5; i++) {
    list.push(span(`g${i}`, 'root', 10 + i));
    for (let k = 0; k < 60; k++)
      list.push(span(`g${i}-${k}`, `g${i}`, 100 + i * 60 + k, { status: i === 3 && k === 7 ? 'failed' : 'ok' }));
  }
  store.apply(list);
  const rows = store.rows();
  expect(rows.filter((r) => r.level === 2).map((r) => r.open)).toEqual([false, false, false, true, false]);
  expect(rows.find((r) => r.span.id === 'root')?.failedInside).toBe(1);
  store.fold('g3', false);
  expect(store.rows()).toHaveLength(6);
  expect(store.rows().find((r) => r.span.id === 'g3')?.failedInside).toBe(1);
  store.reveal('g3-7');
  expect(shown(store)).toContain('  g3-7');
  store.foldAll(false);
  expect(store.rows()).toHaveLength(6);
  store.foldAll(true);
  expect(store.rows()).toHaveLength(306);
});

test('rows stay the same array until something changes, and listeners hear once', async () => {
  const store = new SpanStore();
  let heard = 0;
  const stop = store.subscribe(() => heard++);
  store.apply([span('a', '', 1)]);
  store.apply([span('b', 'a', 2)]);
  const rows = store.rows();
  store.apply([span('b', 'a', 2)]);
  expect(store.rows()).toBe(rows);
  await Promise.resolve();
  expect(heard).toBe(1);
  stop();
  store.fold('a', false);
  await Promise.resolve();
  expect(heard).toBe(1);
});

test('10,000 spans are flat within a frame or two', () => {
  const store = new SpanStore();
  store.apply(
    Array.from({ length: 10_000 }, (_, i) => span(`s${i}`, i === 0 ? '' : `s${Math.floor((i - 1) / 20)}`, i + 1)),
  );
  store.foldAll(true);
  store.rows();
  const from = performance.now();
  store.apply([span('s9999', 's499', 20_000)]);
  expect(store.rows()).toHaveLength(10_000);
  expect(performance.now() - from).toBeLessThan(150);
});

test('spans that a play has put into a circle are shown, and nobody waits for ever', () => {
  const store = new SpanStore();
  store.apply([span('root', '', 1), span('a', 'c', 2), span('b', 'a', 3), span('c', 'b', 4), span('self', 'self', 5)]);
  store.apply([span('b', 'a', 6, { status: 'failed' })]);
  expect(shown(store)).toEqual(expect.arrayContaining(['root', 'c', 'self']));
  expect(store.rows().map((r) => r.span.id)).toEqual(expect.arrayContaining(['root', 'a', 'b', 'c', 'self']));
});

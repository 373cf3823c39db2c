// The drawing: equal steps are one box with a count, side by side is a fan, one after the other a chain, and too much is folded and said.

import { expect, test } from 'vitest';
import { drawingOf, MOST_BOXES } from './graph.ts';
import type { Play } from './play.ts';
import type { Span } from './span.ts';
import { SpanStore } from './span-store.ts';

const span = (id: string, parentId: string, startMs: number, endMs: number, more: Partial<Span> = {}): Span =>
  ({
    id,
    parentId,
    seq: 1n,
    name: id,
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
const play = {
  answered: [{ spanId: 'ask', answerText: '"yes"', answeredBy: 'Ana' }],
  questions: [],
} as unknown as Play;

test('a chain, a fan and its end; frames only as deep as asked', () => {
  const store = new SpanStore();
  store.apply([
    span('root', '', 0, 100),
    span('read', 'root', 0, 10),
    span('left', 'root', 10, 20),
    span('right', 'root', 11, 30, { outcome: 'failed', error: { type: 'E', message: 'no', traceback: '' } }),
    span('ask', 'root', 30, 90, { kind: 'pause' }),
    span('inner', 'left', 12, 15),
  ]);
  const flat = drawingOf(store.nodes, play, 1);
  expect(flat.boxes.map((b) => [b.id, b.note, b.inside.length, b.hidden])).toEqual([
    ['read', '10 ms', 0, 0],
    ['left', '10 ms', 0, 1],
    ['right', 'E: no', 0, 0],
    ['ask', 'Ana: yes', 0, 0],
  ]);
  expect(flat.arrows).toEqual([
    ['read', 'left'],
    ['read', 'right'],
    ['left', 'ask'],
    ['right', 'ask'],
  ]);
  expect(drawingOf(store.nodes, play, 2).boxes[1]?.inside.map((b) => b.id)).toEqual(['inner']);
});

test('many equal steps are one box; more boxes than can be read are folded deeper or left out, and counted', () => {
  const store = new SpanStore();
  store.apply([
    span('root', '', 0, 1000),
    ...Array.from({ length: 40 }, (_, i) =>
      span(`s${i}`, 'root', i, i + 1, { name: 'same', title: 'Same', outcome: i === 3 ? 'failed' : 'ok' }),
    ),
    ...Array.from({ length: 80 }, (_, i) => span(`o${i}`, 'root', 100 + i, 101 + i)),
    ...Array.from({ length: 80 }, (_, i) => span(`i${i}`, 'o0', 100, 101)),
  ]);
  const drawing = drawingOf(store.nodes, play, 9);
  expect(drawing).toMatchObject({ depth: 1, drawn: MOST_BOXES, left: 21 });
  expect(drawing.boxes[0]).toMatchObject({
    title: 'Same',
    count: 40,
    spanId: 's3',
    note: '1 failed',
    parts: [
      ['failed', 1],
      ['ok', 39],
    ],
  });
});

// Contract: the tree of spans becomes rows in the order of their start, folded only as far as the height demands, never hiding what
// failed, runs or waits while something calm is left to fold, and always saying how much is not there. Lines never exceed the width.

import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { expect, test } from 'vitest';
import { createPaint } from '../text/style.ts';
import { width } from '../text/width.ts';
import { createPlayView, type SpanView } from './play-view.ts';
import { rowLine, viewLines } from './tree-lines.ts';
import { treeRows } from './tree-rows.ts';

const plain = createPaint(false);

function span(id: string, parentId: string, more: Partial<SpanView> = {}): SpanView {
  const start = Number(/\d+/.exec(id)?.[0] ?? 0);
  return {
    id,
    parentId,
    label: id,
    kind: 'step',
    status: 'ok',
    startMs: start,
    endMs: start + 5,
    attempt: 1,
    error: '',
    childPlaySid: '',
    ...more,
  };
}

function lines(spans: SpanView[], height?: number, columns = 60): string[] {
  return treeRows(spans, height).map((row) => rowLine(row, { columns, now: 5000, paint: plain }));
}

const loop = (n: number, more: Partial<SpanView> = {}) =>
  Array.from({ length: n }, (_, i) => span(`s${i + 1}`, 'root0', { label: 'load', ...more }));
const root = span('root0', '', { label: 'main', status: 'running', endMs: undefined });

test.each<[string, SpanView[], number | undefined, string[]]>([
  ['nothing yet', [], undefined, []],
  [
    'a tree in the order of starts',
    [root, span('b2', 'root0'), span('a1', 'root0'), span('c3', 'a1', { status: 'failed', error: 'ValueError: no' })],
    undefined,
    ['▶ main  running  5.0 s', '├─ ✓ a1  ok  5 ms', '│  └─ ✗ c3  failed  5 ms  ValueError: no', '└─ ✓ b2  ok  5 ms'],
  ],
  [
    'repeats stay apart while there is room',
    [root, ...loop(3)],
    4,
    ['▶ main  running  5.0 s', '├─ ✓ load  ok  5 ms', '├─ ✓ load  ok  5 ms', '└─ ✓ load  ok  5 ms'],
  ],
  [
    'the play that a span has started',
    [root, span('a1', 'root0', { childPlaySid: '01c' })],
    undefined,
    ['▶ main  running  5.0 s', '└─ ✓ a1  ok (play 01c)  5 ms'],
  ],
  ['repeats fold when there is not', [root, ...loop(40)], 4, ['▶ main  running  5.0 s', '└─ ✓ load ×40  ok  44 ms']],
  [
    'what failed or waits stays out of a fold',
    [
      root,
      ...loop(40),
      span('s50', 'root0', { label: 'load', status: 'failed' }),
      span('s51', 'root0', { label: 'ask', status: 'awaiting_resume', endMs: undefined }),
    ],
    6,
    [
      '▶ main  running  5.0 s',
      '├─ ✓ load ×40  ok  44 ms',
      '├─ ✗ load  failed  5 ms',
      '└─ ? ask  awaiting_resume  4.9 s',
    ],
  ],
  [
    'calm sub-trees close, and say what is inside',
    [root, span('a1', 'root0'), span('x2', 'a1'), span('y3', 'a1'), span('b4', 'root0')],
    3,
    ['▶ main  running  5.0 s', '├─ ✓ a1  ok (2 inside)  5 ms', '└─ ✓ b4  ok  5 ms'],
  ],
  [
    'a child whose parent is not known yet is shown as a root',
    [span('a1', 'nowhere', { attempt: 2, status: 'replayed' })],
    undefined,
    ['↺ a1  replayed (attempt 2)  5 ms'],
  ],
])('%s', (_name, spans, height, expected) => {
  expect(lines(spans, height)).toEqual(expected);
});

test('what does not fit even folded is cut: failures and the latest stay, and a row says how many are left out', () => {
  const restless = Array.from({ length: 30 }, (_, i) =>
    span(`f${i + 1}`, 'root0', { status: 'failed', label: `f${i + 1}` }),
  );
  const shown = lines([root, ...restless], 5);
  expect(shown).toHaveLength(5);
  expect(shown[0]).toContain('main');
  expect(shown[3]).toContain('f30');
  expect(shown[4]).toContain('27 more rows');
  expect(lines([root, ...restless], 1)).toHaveLength(1);
});

test.each([1, 2, 5, 12, 20, 33, 80])('no line is wider than %i cells, whatever is in it', (columns) => {
  const spans = [
    root,
    span('wide1', 'root0', { label: '請求書を読み込む🙂 and then some more words to be cut', error: 'ValueError: 値' }),
  ];
  for (let i = 2; i < 12; i++) spans.push(span(`d${i}`, i === 2 ? 'wide1' : `d${i - 1}`));
  for (const line of lines(spans, undefined, columns)) expect(width(line)).toBeLessThanOrEqual(columns);
});

test('the whole view keeps to the height and tells status, flow, version and counts', () => {
  const view = createPlayView();
  view.play = create(PlaySchema, {
    sid: 'play-1',
    status: PlayStatus.RUNNING,
    workflowName: 'invoice',
    versionNumber: 3,
    name: 'March',
    createdAt: timestampFromMs(1000),
  });
  for (const s of [root, ...loop(100)]) view.spans.set(s.id, s);
  const shown = viewLines(view, { columns: 70, height: 4, now: 5000, paint: plain });
  expect(shown).toEqual([
    '▶ running  invoice v3  March  4.0 s  play-1',
    '▶ main  running  5.0 s',
    '└─ ✓ load ×100  ok  104 ms',
    '101 spans: 1 running, 100 ok',
  ]);
  expect(viewLines(view, { columns: 70, height: 1, now: 5000, paint: plain })).toHaveLength(1);
});

test('ten thousand spans are rows in no time', () => {
  const spans = [root, ...loop(10_000)];
  const began = performance.now();
  expect(treeRows(spans, 30)).toHaveLength(2);
  expect(performance.now() - began).toBeLessThan(1000);
});

test('a chain deeper than any stack is shown to where rows have room, and counted from there', () => {
  const chain = Array.from({ length: 60_000 }, (_, i) => span(`s${i}`, i === 0 ? '' : `s${i - 1}`));
  const rows = treeRows(chain);
  expect(rows).toHaveLength(101);
  expect(rows.at(-1)?.note).toBe('59899 inside');
});

// The source lens adds up what recent plays did on each line: times without people's waiting, failures, and who waits there now.

import { expect, test } from 'vitest';
import { heatOf, heatText } from './heat.ts';
import type { Span } from './span.ts';

const span = (line: number, ms: number, changes: Partial<Span> = {}): Span =>
  ({
    line,
    file: 'flow.py',
    kind: 'step',
    outcome: 'ok',
    attempts: [],
    tags: {},
    startMs: 0,
    endMs: ms,
    ...changes,
  }) as Span;

test('lines are counted, the hottest is 5, and waiting is no machine time', () => {
  const spans = [
    span(3, 100),
    span(3, 300),
    span(9, 10, { outcome: 'failed' }),
    span(12, 9e9, { kind: 'pause', outcome: 'awaiting_resume' }),
    span(3, 5, { file: 'lib/other.py' }),
    span(0, 5),
    span(1, 9999, { kind: 'root' }),
  ];
  const lines = heatOf(spans, 'time');
  expect(lines.map((l) => [l.line, l.count, l.totalMs, l.heat])).toEqual([
    [3, 2, 400, 5],
    [9, 1, 10, 1],
    [12, 1, 0, 0],
  ]);
  expect(lines.map(heatText)).toEqual(['2×, 200 ms each', '1×, 10 ms each, 1 failed', '1×, 1 wait here now']);
  expect(heatOf(spans, 'errors').map((l) => l.heat)).toEqual([0, 5, 0]);
  expect(heatOf([], 'count')).toEqual([]);
  const paid = [span(3, 100, { tags: { cost_usd: 0.02 } }), span(3, 100), span(9, 100, { tags: { cost_usd: 0.1 } })];
  expect(heatOf(paid, 'cost').map((l) => [l.line, l.usd, l.heat])).toEqual([
    [3, 0.02, 1],
    [9, 0.1, 5],
  ]);
  expect(heatOf(paid, 'cost').map(heatText)).toEqual(['2×, 100 ms each, $0.0200', '1×, 100 ms each, $0.10']);
});

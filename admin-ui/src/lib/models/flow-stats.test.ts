// The library's numbers: shares with their n, medians, and nothing invented where nothing is known.

import { expect, test } from 'vitest';
import { median, quantile, statsByFlow } from './flow-stats.ts';
import type { Play } from './play.ts';

const play = (workflowSid: string, status: Play['status'], ranMs: number, costUsd?: number): Play =>
  ({
    workflowSid,
    status,
    ranMs,
    costUsd,
    waits: status === 'awaiting_resume' ? [{ kind: 'answer' }] : [],
  }) as unknown as Play;

test('shares count what went well or failed; cancelled and open plays say nothing of it', () => {
  const stats = statsByFlow([
    play('a', 'awaiting_resume', 5),
    play('a', 'ok', 100),
    play('a', 'failed', 1),
    play('a', 'ok', 300, 0.5),
    play('a', 'cancelled', 9),
    play('b', 'running', 1),
  ]);
  expect(stats.get('a')).toMatchObject({ judged: 3, done: 2, typicalMs: 200, typicalUsd: 0.5, waiting: 1 });
  expect(stats.get('a')?.history).toEqual(['cancelled', 'ok', 'failed', 'ok', 'awaiting_resume']);
  expect(stats.get('b')).toMatchObject({ judged: 0, done: 0, typicalMs: undefined, typicalUsd: undefined, waiting: 0 });
});

test('quantiles lie between neighbours, and nothing has none', () => {
  expect(median([])).toBeUndefined();
  expect(median([3, 1, 2])).toBe(2);
  expect(quantile([10, 20], 0.25)).toBe(12.5);
});

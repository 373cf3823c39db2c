// Replay truth: what ran, what was taken from a record, what ran again and what never ran, in words.

import { expect, test } from 'vitest';
import { recordWord } from './record.ts';

test('every combination of runs and replays has its words', () => {
  const words = (runs: number, replays: number, status: 'ok' | 'pending' = 'ok') =>
    recordWord({ runs, replays, status });
  expect(words(1, 0)).toBe('executed once');
  expect(words(1, 2)).toBe('executed once, then from the record 2 times');
  expect(words(2, 0)).toBe('executed again, 2 times');
  expect(words(0, 1)).toBe('not executed here, from the record 1 time');
  expect(words(0, 0, 'pending')).toBe('not reached');
});

// Past answers are counted per option, with n, the time to the end and the failures; plays that still run say nothing.

import { expect, test } from 'vitest';
import { pastAnswers } from './past-answers.ts';
import type { Play } from './play.ts';

const play = (status: Play['status'], answerText: string, ms: number, name = 'tone'): Play =>
  ({ status, completedAt: 1000 + ms, answered: [{ name, answerText, answeredAt: 1000 }] }) as unknown as Play;

test('share, typical time and failures of each answer', () => {
  const { hints, n } = pastAnswers(
    [
      play('ok', '"warm"', 100),
      play('failed', ' "warm" ', 300),
      play('ok', '"plain"', 50),
      play('running', '"warm"', 1),
      play('ok', '"x"', 1, 'other'),
    ],
    'tone',
  );
  expect(n).toBe(3);
  expect(hints.get('"warm"')).toBe('67 % of 3, over after 200 ms, 1 of 2 failed');
  expect(hints.get('"plain"')).toBe('33 % of 3, over after 50 ms, none of 1 failed');
  expect(pastAnswers([], 'tone')).toEqual({ hints: new Map(), n: 0 });
});

// Past answers are counted per option, with n, the time to the end and the failures; plays that still run say nothing.

import { expect, test } from 'vitest';
import { newestByAnswer, pastAnswers, stepsAfter } from './past-answers.ts';
import type { Play } from './play.ts';
import type { Span } from './span.ts';

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

test('of each answer the newest play tells which steps will run: the outermost ones that began after it', () => {
  const newest = newestByAnswer([play('ok', '"warm"', 1), play('failed', '"warm"', 2), play('ok', '"x"', 3)], 'tone');
  expect([...newest].map(([answer, { play: p, at }]) => [answer, p.status, at])).toEqual([
    ['"warm"', 'ok', 1000],
    ['"x"', 'ok', 1000],
  ]);
  const span = (id: string, parentId: string, startMs: number, kind: Span['kind'] = 'step') =>
    ({ id, parentId, startMs, kind, name: id, title: '' }) as Span;
  const spans = [span('root', '', 0, 'root'), span('early', 'root', 500), span('late', 'root', 1000)];
  expect(stepsAfter([...spans, span('inner', 'late', 1100)], 1000)).toBe('then late');
  expect(stepsAfter(spans, 2000)).toBe('then it ended');
  const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => span(id, 'root', 1500));
  expect(stepsAfter(many, 1000)).toBe('then a, b, c, d and 2 more');
});

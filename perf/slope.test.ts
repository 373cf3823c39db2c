// Contract: the slope is that of the best straight line, with twice its standard error; a line through all points has none.

import { expect, it } from 'vitest';
import { slopeOf } from './slope.ts';

it('is the slope of a line, without error when all lie on it', () => {
  const { perX, error } = slopeOf([1, 2, 3, 4].map((x) => [x, 5 + 3 * x]));
  expect(perX).toBeCloseTo(3);
  expect(error).toBeCloseTo(0);
});

it('holds nothing for certain of what goes up and down', () => {
  const { perX, error } = slopeOf([1, 2, 3, 4, 5, 6].map((x) => [x, 10 + (x % 2)]));
  expect(Math.abs(perX)).toBeLessThan(error);
});

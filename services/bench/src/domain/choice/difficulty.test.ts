// Contract: between 0 and 1, 0.5 for nothing, the same each time, and in the order in which people would put requests.

import { expect, it } from 'vitest';
import { difficultyOf } from './difficulty.ts';

it('rates requests from trivial to hard', () => {
  const rated = [
    'Say hello',
    'Summarise this e-mail for me',
    'Compare the prices of these three offers and list the cheapest one for each item, except those out of stock',
    'Design and implement a distributed rate limiter, prove that it never admits more than 100 requests in any window of 60 seconds if two nodes fail, analyse the trade-off between consistency and latency, and write the migration plan step by step',
  ].map(difficultyOf);
  expect(rated).toEqual([...rated].sort((a, b) => a - b));
  expect(rated[0]).toBeLessThan(0.3);
  expect(rated.at(-1)).toBeGreaterThan(0.7);
  expect(difficultyOf('  ')).toBe(0.5);
  expect(difficultyOf('x'.repeat(1_000_000))).toBeLessThanOrEqual(1);
});

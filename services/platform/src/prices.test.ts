// Contract: tokens cost what the table says of their model, by its name or the longest beginning; an unknown price is no price, never 0.

import { expect, it } from 'vitest';
import { costOf, NO_PRICES, pricesFromText } from './prices.ts';

const prices = pricesFromText(
  '{"small": {"prompt": 1, "completion": 2}, "large*": {"prompt": 10, "completion": 20}, "large-old*": {"prompt": 0, "completion": 0}}',
);
const tokens = { prompt: 500_000, completion: 250_000 };

it('prices tokens by model, and not at all when a price is missing', () => {
  expect(costOf({ model: 'small', ...tokens }, prices)).toBe(1);
  expect(costOf({ model: 'large-2026', ...tokens }, prices)).toBe(10);
  expect(costOf({ model: 'large-old-1', ...tokens }, prices)).toBe(0);
  expect(costOf({ model: 'smaller', ...tokens }, prices)).toBeUndefined();
  expect(costOf({ model: 'small', ...tokens }, NO_PRICES)).toBeUndefined();
});

it('names what is wrong with a table', () => {
  const good = { prompt: 1, completion: 0 };
  const wrong = [{ prompt: -1, completion: 1 }, { prompt: 1 }, { prompt: '1', completion: 1 }, null, 5];
  const table = JSON.stringify({ ...Object.fromEntries(wrong.map((price, i) => [`m${i}`, price])), good });
  expect(() => pricesFromText(table)).toThrow('the price of "m0", "m1", "m2", "m3", "m4" must be');
  expect(() => pricesFromText('[]')).toThrow('a price table is an object');
  expect(() => pricesFromText('{')).toThrow(/^a price table is JSON: .*line 1 column 2/);
});

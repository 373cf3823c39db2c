// Every address belongs to one place of the side bar; pages of one thing get the narrow bar.

import { expect, test } from 'vitest';
import { isReading, PLACES, placeOf } from './places.ts';

test('a page lights up its place, and only pages of one thing are for reading', () => {
  for (const { path } of PLACES) {
    expect(placeOf(path)).toBe(path);
    expect(isReading(path)).toBe(false);
  }
  expect(placeOf('/workflows/01j')).toBe('/library');
  expect(placeOf('/plays/01j')).toBe('/plays');
  expect(placeOf('/compare')).toBe('/plays');
  expect(placeOf('/jobs')).toBe('/plays');
  expect(isReading('/plays/01j')).toBe(true);
  expect(isReading('/workflows/01j')).toBe(true);
  expect(isReading('/compare')).toBe(true);
});

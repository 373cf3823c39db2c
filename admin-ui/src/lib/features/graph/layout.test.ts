// Boxes never lie on each other, arrows go to the right, and what is inside a frame stays inside it.

import { expect, test } from 'vitest';
import type { Box } from '../../models/graph.ts';
import { placesOf, simplePlaces } from './layout.ts';

const box = (id: string, inside: Box[] = [], arrows: [string, string][] = []): Box =>
  ({ id, inside, arrows }) as unknown as Box;

test('a chain with a frame', () => {
  const plan = {
    boxes: [box('a'), box('f', [box('x'), box('y')], [['x', 'y']]), box('b')],
    arrows: [
      ['a', 'f'],
      ['f', 'b'],
    ] as const,
  };
  const places = placesOf(plan);
  const at = (id: string) => places.get(id) as NonNullable<ReturnType<typeof places.get>>;
  expect(at('a').x + at('a').width).toBeLessThanOrEqual(at('f').x);
  expect(at('f').x + at('f').width).toBeLessThanOrEqual(at('b').x);
  expect(at('x').x + at('x').width).toBeLessThanOrEqual(at('y').x);
  expect(at('y').x + at('y').width).toBeLessThanOrEqual(at('f').width);
  expect(at('x').y).toBeGreaterThanOrEqual(36);
  expect(simplePlaces(plan).size).toBe(3);
});

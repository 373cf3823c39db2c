// Contract: a span from now or a full time with its zone; everything else is a usage error that names the option.

import { expect, test } from 'vitest';
import { readTime } from './read-time.ts';

test('spans and times are read, a time without a zone is refused', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const read = (text: string) => new Date(readTime(text, '--start-at', now)).toISOString();
  expect(read('+90s')).toBe('2026-01-01T00:01:30.000Z');
  expect(read('+3d')).toBe('2026-01-04T00:00:00.000Z');
  expect(read('2026-12-24T18:00:00+01:00')).toBe('2026-12-24T17:00:00.000Z');
  expect(read('2026-12-24T18:00Z')).toBe('2026-12-24T18:00:00.000Z');
  for (const bad of [
    '',
    'tomorrow',
    '2026-12-24',
    '2026-12-24T18:00:00',
    '2026-13-24T18:00:00Z',
    '+10',
    '+1w',
    '10m',
  ]) {
    expect(() => read(bad), bad).toThrow(/--start-at: .* is no time/);
  }
});

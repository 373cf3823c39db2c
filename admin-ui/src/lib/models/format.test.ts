import { expect, test } from 'vitest';
import { ago, clockTime, count, duration, exact, grouped, moment, until } from './format.ts';

test('durations are said in two units at most, with a space before the unit', () => {
  const said = [0, 340, 1000, 21_400, 59_960, 252_000, 3_599_600, 9_060_000, 86_400_000, 273_600_000].map(duration);
  expect(said).toEqual([
    '0 ms',
    '340 ms',
    '1.0 s',
    '21.4 s',
    '1 min 00 s',
    '4 min 12 s',
    '1 h 00 min',
    '2 h 31 min',
    '1 d 0 h',
    '3 d 4 h',
  ]);
});

test('past moments are counted up to a day, then dated; a clock that is behind says now', () => {
  const now = Date.UTC(2026, 10, 20, 12);
  expect(ago(now - 14 * 60_000, now)).toBe('14 min ago');
  expect(ago(now - 23 * 3_600_000, now)).toBe('23 h ago');
  expect(ago(now - 3 * 86_400_000, now)).toBe('17 Nov 2026');
  expect(ago(now + 5000, now)).toBe('now');
});

test('deadlines say how long is left', () => {
  expect(until(1000 + 13_560_000, 1000)).toBe('in 3 h 46 min');
  expect(until(30_500, 0)).toBe('in 31 s');
  expect(until(0, 1)).toBe('overdue');
});

test('counts agree with their word', () => {
  expect([count(1, 'play'), count(0, 'play'), count(10_312, 'step')]).toEqual(['1 play', '0 plays', '10,312 steps']);
});

test('a moment reads the same in every browser, in its own zone', () => {
  const at = new Date(2026, 10, 7, 7, 3, 9, 5).getTime();
  expect(moment(at, at + 3_600_000)).toBe('07:03 today');
  expect(moment(at, at + 86_400_000)).toBe('7 Nov 2026, 07:03');
  expect([exact(at), clockTime(at)]).toEqual(['7 Nov 2026, 07:03:09', '07:03:09.005']);
});

test('long numbers are grouped', () => {
  expect([0, 999, 1000, 1_234_567, 12_345n].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567', '12,345']);
});

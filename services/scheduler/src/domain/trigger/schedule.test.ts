// Contract: specs are read strictly and say what is wrong; at clock changes a fixed time that is left out comes at the end of the gap, one
// that comes twice fires once, and several times (steps, wildcards, lists, ranges) go on as the clock shows them.

import { HeroError } from '@hero-logic/platform';
import { expect, test } from 'vitest';
import { jitterOf, parseSpec, type TriggerKind, timesAfter } from './schedule.ts';

const times = (cron: string, zone: string, from: string, count: number) =>
  timesAfter(parseSpec('cron', JSON.stringify({ cron, time_zone: zone })), Date.parse(from), count).map((at) =>
    new Date(at).toISOString().slice(5, 16),
  );

function problem(kind: TriggerKind, spec: unknown): string {
  try {
    parseSpec(kind, typeof spec === 'string' ? spec : JSON.stringify(spec));
  } catch (error) {
    if (error instanceof HeroError) return error.message;
    throw error;
  }
  return 'fine';
}

test('clock changes', () => {
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 3)).toEqual([
    '03-28T01:30',
    '03-29T01:00',
    '03-30T00:30',
  ]);
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00Z', 3)).toEqual([
    '10-24T00:30',
    '10-25T00:30',
    '10-26T01:30',
  ]);
  expect(times('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:50Z', 5)).toEqual([
    ...['10-25T00:00', '10-25T00:30', '10-25T01:00', '10-25T01:30', '10-25T02:00'],
  ]);
  expect(times('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:10Z', 3)).toEqual([
    '03-29T00:30',
    '03-29T01:00',
    '03-29T01:30',
  ]);
  // Several times: those that the clock does not show are left out, those that it shows twice fire twice.
  for (const hours of ['1-3', '1,2,3']) {
    expect(times(`0 ${hours} * * *`, 'Europe/Berlin', '2026-03-28T20:00Z', 3)).toEqual([
      ...['03-29T00:00', '03-29T01:00', '03-29T23:00'],
    ]);
    expect(times(`0 ${hours} * * *`, 'Europe/Berlin', '2026-10-24T20:00Z', 5)).toEqual([
      ...['10-24T23:00', '10-25T00:00', '10-25T01:00', '10-25T02:00', '10-26T00:00'],
    ]);
  }
  expect(times('0,30 2 * * *', 'Europe/Berlin', '2026-03-28T20:00Z', 1)).toEqual(['03-30T00:00']);
  expect(times('0 3,15 * * *', 'Europe/Berlin', '2026-10-24T23:00Z', 2)).toEqual(['10-25T02:00', '10-25T14:00']);
  // A day begins at 01:00 there; and one that the calendar leaves out has no time.
  expect(times('0 0 * * *', 'America/Havana', '2026-03-07T22:00Z', 2)).toEqual(['03-08T05:00', '03-09T04:00']);
  expect(times('0 12 * * *', 'Pacific/Apia', '2011-12-29T10:00Z', 2)).toEqual(['12-29T22:00', '12-30T22:00']);
  // Half an hour there.
  expect(times('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', 2)).toEqual(['10-03T15:30', '10-04T15:15']);
});

test('what is wrong is named, with what would be right', () => {
  const cron = (more: object) => problem('cron', { cron: '0 9 * * *', ...more });
  expect(cron({})).toBe('fine');
  expect(cron({ time_zone: 'Asia/Kolkata', due_at_input: 'day' })).toBe('fine');
  expect(cron({ cron: '@daily' })).toBe('fine');
  expect(cron({ time_zone: 'Mars/Base' })).toMatch(/^spec\.time_zone: "Mars\/Base" is no time zone; .*Europe\/Berlin/);
  expect(cron({ cron: '61 * * * *' })).toMatch(/^spec\.cron: .*Invalid value for minute: 61.*five fields/);
  expect(cron({ cron: '0 0 31 2 *' })).toMatch(/^spec\.cron: .*never comes/);
  expect(cron({ cron: '2026-01-01T00:00:00' })).toMatch(/of kind once/);
  expect(cron({ cron: 5 })).toMatch(/^spec\.cron: must be a text/);
  expect(cron({ timezone: 'UTC', x: 1 })).toMatch(/spec\.timezone: is unknown.*time_zone.*spec\.x/);
  expect(problem('cron', {})).toBe('spec.cron: is required');
  expect(problem('cron', '[1]')).toMatch(/^spec: must be a JSON object/);
  expect(problem('cron', '{')).toMatch(/^spec: is not JSON/);
  expect(problem('once', { at: '2026-12-24T18:00:00+01:00' })).toBe('fine');
  expect(problem('once', { at: 1_790_000_000_000 })).toBe('fine');
  for (const at of ['2026-12-24T18:00:00', 'soon', -1, 1.5, null, 1e30]) {
    expect(problem('once', { at }), String(at)).toMatch(/^spec\.at: must be milliseconds/);
  }
});

test('jitter is the same for the same time, and spread', () => {
  const of = (dueAt: number) => jitterOf({ sid: 't', jitterMs: 60_000 }, dueAt);
  const all = Array.from({ length: 200 }, (_, i) => of(i * 3_600_000));
  expect(all).toEqual(Array.from({ length: 200 }, (_, i) => of(i * 3_600_000)));
  expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...all)).toBeLessThan(60_000);
  expect(new Set(all).size).toBeGreaterThan(150);
});

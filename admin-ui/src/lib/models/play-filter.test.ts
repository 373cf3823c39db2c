// The filter of plays is one line of text: chips and text say the same, what is not understood is named, and nothing is lost on the way.

import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { expect, test } from 'vitest';
import { filterOf, textOf, toggleStatus, tokensOf } from './play-filter.ts';

test('a line of text becomes chips and the same text again', () => {
  const text = 'status:failed,late flow:"month end" version:3 since:2h two words url:x';
  expect(textOf(tokensOf(text))).toBe(text);
  expect(filterOf(text)).toEqual({
    statuses: [PlayStatus.FAILED, PlayStatus.TIMED_OUT],
    flow: 'month end',
    version: 3,
    sinceMs: 7_200_000,
    words: 'two words url:x',
    problems: [],
  });
  expect(filterOf('')).toMatchObject({ statuses: [], words: '', problems: [] });
});

test('what is not understood is named with the way out, and the rest still filters', () => {
  const { statuses, problems } = filterOf('status:failed,broken since:tomorrow version:x');
  expect(statuses).toEqual([PlayStatus.FAILED]);
  expect(problems.join('\n')).toMatch(/no status “broken”[\s\S]*since:30m[\s\S]*version:3/);
  expect(filterOf('version:2').problems).toEqual(['version needs a flow, as flow:tour version:3']);
});

test('a status is switched on and off beside the others', () => {
  expect(toggleStatus('words', 'failed')).toBe('status:failed words');
  expect(toggleStatus('status:failed words', 'late')).toBe('status:failed,late words');
  expect(toggleStatus('status:failed words', 'failed')).toBe('words');
});

// The filter of plays is one line of text in the server's grammar: chips and text say the same, and nothing is lost on the way.

import { expect, test } from 'vitest';
import { textOf, toggleStatus, tokensOf } from './play-filter.ts';

test('a line of text becomes chips and the same text again, whatever stands in quotes', () => {
  const text =
    'status:failed,late flow:"month end",tour version:3 since:2h -label.who="a \\"b\\" c" created>2026-11-01 "two words" x"';
  expect(textOf(tokensOf(text))).toBe(text);
  expect(tokensOf(text).map((t) => t.key)).toEqual(['status', 'flow', 'version', 'since', '', '', '', '']);
  expect(tokensOf(text)[1]?.value).toBe('"month end",tour');
  expect(tokensOf('')).toEqual([]);
});

test('a status is switched on and off beside the others', () => {
  expect(toggleStatus('words', 'failed')).toBe('status:failed words');
  expect(toggleStatus('status:failed words', 'late')).toBe('status:failed,late words');
  expect(toggleStatus('status:failed words', 'failed')).toBe('words');
});

// One grammar of filters: what it means, and that whatever is wrong is named with its place and its fix.

import { toHeroError } from '@hero-logic/platform';
import { expect, test } from 'vitest';
import { parseFilter } from './parse-filter.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const read = (text: string) =>
  parseFilter(text, NOW).map((one) => ('condition' in one ? one.condition : { workflows: one.workflows }));

test('reads words, keys, alternatives, negation, labels and times', () => {
  expect(read('')).toEqual([]);
  expect(read('  ACME  12:30 ')).toEqual([
    { kind: 'text', text: 'acme' },
    { kind: 'text', text: '12:30' },
  ]);
  expect(read('-"Free \\"text\\""')).toEqual([{ kind: 'text', text: 'free "text"', not: true }]);
  expect(read('status:failed,late Status=waiting')).toEqual([
    { kind: 'status', values: ['failed', 'timed_out'] },
    { kind: 'status', values: ['awaiting_resume'] },
  ]);
  expect(read('flow:"two words",b version:3,v4 -version:abc')).toEqual([
    { workflows: ['two words', 'b'] },
    { kind: 'version_number', values: [3, 4] },
    { kind: 'version', values: ['abc'], not: true },
  ]);
  expect(read('label.customer=acme label."a b":x,"y,z"')).toEqual([
    { kind: 'label', values: ['["customer","acme"]'] },
    { kind: 'label', values: ['["a b","x"]', '["a b","y,z"]'] },
  ]);
  const day = Date.UTC(2026, 10, 1);
  expect(read('created>2026-11-01 started<=2026-11-01T02:00+02:00 ended<2h since:3d')).toEqual([
    { kind: 'created', from: day + 1 },
    { kind: 'started', before: day + 1 },
    { kind: 'ended', before: NOW - 2 * 3_600_000 },
    { kind: 'created', from: NOW - 3 * 86_400_000 },
  ]);
});

test.each([
  ['ok statsu:failed', 'at character 4, `statsu:failed` has the unknown key "statsu"'],
  ['http://x', 'has the unknown key "http"; there are status, workflow'],
  ['status:broken', 'names the unknown status "broken"; there are pending'],
  ['status>failed', 'compares with ">"; status takes : or ='],
  ['a status:', 'at character 3, `status:` has no value'],
  ['status:failed, x', 'has no value'],
  ['say "hello', 'at character 5, `"hello` has no closing quote'],
  ['flow:"a"b', 'at character 9, `b` follows a quoted text'],
  ['created:2026-11-01', 'compares with ":"; created takes <, <=, > or >='],
  ['created>2026-02-31', 'has no time; write one as created>2026-11-01'],
  ['since:yesterday', 'write it as since:30m'],
  ['label:x', 'names no label; write label.NAME=VALUE'],
  ['status.x:failed', 'has a part behind a dot'],
  ['version:3,abc', 'mixes numbers and sids'],
  [Array.from({ length: 51 }, () => 'a').join(' '), 'is word 51; a filter has at most 50'],
])('refuses %s', (text, why) => {
  const failure = (() => {
    try {
      read(text);
    } catch (error) {
      return toHeroError(error);
    }
    throw new Error('it was taken');
  })();
  expect(failure).toMatchObject({ reason: 'INVALID_ARGUMENT', violations: [{ field: 'filter' }] });
  expect(failure.message).toContain(why);
});

// Failures that differ only in numbers, ids and quoted texts are one group; other flows and other errors are not.

import { expect, test } from 'vitest';
import { groupFailures, raisedAt, shape } from './failures.ts';
import type { Play } from './play.ts';

const play = (sid: string, message: string, changes: Partial<Play> = {}): Play =>
  ({
    sid,
    status: 'failed',
    workflowSid: 'w1',
    workflowName: 'orders',
    versionNumber: 3,
    error: { type: 'ValueError', message, traceback: '' },
    ...changes,
  }) as Play;

test('equal failures are counted once, with the version that first had them', () => {
  const groups = groupFailures([
    play('3', "no order 'PO-3' in 12 s", { versionNumber: 4 }),
    play('2', 'out of memory'),
    play('1', "no order 'PO-1' in 9.5 s"),
    play('0', "no order 'PO-1' in 9.5 s", { workflowSid: 'w2' }),
  ]);
  expect(groups.map((g) => [g.plays.length, g.firstVersion, g.line])).toEqual([
    [2, 3, "ValueError: no order 'PO-3' in 12 s"],
    [1, 3, 'ValueError: out of memory'],
    [1, 3, "ValueError: no order 'PO-1' in 9.5 s"],
  ]);
  expect(groupFailures([play('1', '', { error: undefined })])[0]?.line).toBe('No reason was recorded');
});

test('a traceback names the last line of the flow itself', () => {
  const text = 'File "/x/flow.py", line 4, in a\nFile "/x/flow.py", line 17, in b\nFile "/lib/json.py", line 9, in c';
  expect(raisedAt(text)).toBe(17);
  expect(raisedAt('')).toBe(0);
  expect(shape('play 01jd0000000000000000000000 at 0xdeadbeef')).toBe(
    shape('play 01je0000000000000000000000 at 0xcafebabe'),
  );
});

// Equal failures have equal fingerprints, whatever numbers, ids, times and texts they name and whichever line they stand on; others differ.

import { expect, test } from 'vitest';
import { failureOf, locationOf, patternOf } from './fingerprint.ts';

const traceback = (line: number, name: string) => `Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/x.py", line 3, in outer
  File "/tmp/play-8f2/flow.py", line ${line}, in ${name}
  File "/srv/python/hero_tracing/_step.py", line 3, in call
ValueError: no`;

const failure = (message: string, line = 3, name = 'pay', workflowSid = 'w1', type = 'ValueError') =>
  failureOf({ workflowSid, error: { type, message, traceback: traceback(line, name) } });

test('takes out what differs from play to play', () => {
  expect(patternOf("order 17: 'acme' owes 12.50,\n at 2026-11-29T10:00:00Z")).toBe(
    'order <n>: <text> owes <n>, at <time>',
  );
  expect(patternOf('GET https://x.example/a?b=1 gave 503')).toBe('GET <url> gave <n>');
  expect(patternOf('no play 01kcs9h5w0x7v5t2m4q8n3z6ya')).toBe('no play <id>');
  expect(patternOf('key 3f2a9c1d4e and 6f1c2b9e-1111-4222-8333-444455556666')).toBe('key <id> and <id>');
  expect(patternOf('a deadbeef facade')).toBe('a deadbeef facade');
  expect(patternOf('x'.repeat(10_000))).toHaveLength(300);
});

test('names the innermost frame of the flow itself', () => {
  expect(locationOf(traceback(12, 'pay'))).toBe('flow.py in pay');
  expect(locationOf('')).toBe('');
});

test('is the same for the same failure and another for another', () => {
  const { fingerprint } = failure('bad amount 3');
  expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(failure('bad amount 99', 40).fingerprint).toBe(fingerprint);
  const others = [
    failure('bad name'),
    failure('bad amount 3', 3, 'refund'),
    failure('bad amount 3', 3, 'pay', 'w2'),
    failure('bad amount 3', 3, 'pay', 'w1', 'KeyError'),
    failureOf({ workflowSid: 'w1', error: undefined }),
  ];
  expect(new Set([fingerprint, ...others.map((one) => one.fingerprint)]).size).toBe(6);
});

// The order of ready plays is priority plus minutes waited; which gates stand before a play; what a new play does to those of its key.

import { expect, test } from 'vitest';
import { displacedBy, gatesOf, keyGateOf, NO_LIMITS, rankOf, slotCost } from './gates.ts';
import { NOW, playOf } from './play-lives.conformance.ts';

const MINUTE = 60_000;

test('a minute of waiting is worth one of priority', () => {
  const low = playOf('a', { priority: -100, createdAt: NOW });
  const high = playOf('b', { priority: 100, createdAt: NOW + 200 * MINUTE });
  expect(rankOf(high)).toBe(rankOf(low));
  expect(rankOf({ ...high, createdAt: high.createdAt + 1 })).toBeGreaterThan(rankOf(low));
  expect(rankOf({ ...low, readyAt: NOW + MINUTE })).toBe(rankOf(low) + MINUTE);
});

test('a key counts within its workflow, that of a group of children everywhere; without a limit it is none', () => {
  expect(keyGateOf(playOf('a'))).toBe('');
  expect(keyGateOf(playOf('a', { concurrencyKey: 'k' }))).toBe('');
  expect(keyGateOf(playOf('a', { concurrencyKey: 'group:p:g', concurrencyLimit: 1 }))).toBe('key:w1:group:p:g');
  const child = { concurrencyKey: 'group:p:g', concurrencyLimit: 1, parentPlaySid: 'p' };
  expect(keyGateOf(playOf('a', child))).toBe(keyGateOf(playOf('b', { ...child, workflowSid: 'w2' })));
});

test('gates in their order; the rate binds only plays that never ran', () => {
  const limits = { maxRunning: 3, startsPerMinute: 2, slotCost: 5 };
  const play = playOf('a', { concurrencyKey: 'k', concurrencyLimit: 1, limits });
  expect(gatesOf(play).map(({ kind, limit }) => `${kind} ${limit}`)).toEqual(['key 1', 'rate 2', 'workflow 3']);
  expect(gatesOf({ ...play, startedAt: NOW }).map(({ kind }) => kind)).toEqual(['key', 'workflow']);
  expect(gatesOf(playOf('a'))).toEqual([]);
  expect([slotCost(play), slotCost({ ...play, limits: NO_LIMITS })]).toEqual([5, 1]);
});

test('a new play queues, displaces the oldest beyond the limit, or is refused', () => {
  const play = playOf('n', { concurrencyKey: 'k', concurrencyLimit: 2 });
  expect(displacedBy(play, 'queue', ['a', 'b'])).toEqual([]);
  expect(displacedBy(play, 'cancel_oldest', ['a'])).toEqual([]);
  expect(displacedBy(play, 'cancel_oldest', ['a', 'b', 'c'])).toEqual(['a', 'b']);
  expect(displacedBy(play, 'reject_newest', ['a'])).toEqual([]);
  const many = Array.from({ length: 12 }, (_, i) => `p${i}`);
  expect(() => displacedBy(play, 'reject_newest', many)).toThrow(/"k" is taken by plays p0, .*p9 and 2 more/);
  expect(() => displacedBy(play, 'reject_newest', ['a', 'b'])).toThrow(
    expect.objectContaining({
      reason: 'CONCURRENCY_LIMIT',
      metadata: { concurrency_key: 'k', play_sids: 'a,b' },
    }),
  );
});

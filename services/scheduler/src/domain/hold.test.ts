// A hold is a mark beside the status: the first one stands, it ends with the play, and what the executor is told follows from it.
// To terminate takes the grace away, also one that is already running.

import { expect, test } from 'vitest';
import { hold, terminate, unhold } from './hold.ts';
import { claim, expireLease, renew } from './lease.ts';
import { cancel, end } from './play.ts';
import { NOW, playOf } from './play-lives.conformance.ts';
import { report } from './run.ts';

const FIRST = { at: NOW, by: 'Ada', reason: 'look' };
const grant = { token: 't', executorId: 'e', now: NOW, ttlMs: 1000 };
const run = { token: 't', durationMs: 1, spanCount: 0, warnings: [], sandboxTier: '' };
const facts = { open: true, undelivered: false, deliveredInRun: false, unusedPrefill: [] };

test('the first hold stands, and taking it away leaves no trace', () => {
  const held = hold(playOf('p'), FIRST);
  expect(held).toMatchObject({ status: 'pending', hold: FIRST });
  expect(hold(held, { at: NOW + 1, by: 'Bob', reason: '' })).toBe(held);
  expect(() => claim(held, grant)).toThrow('held');
  const free = unhold(held);
  expect(free.hold).toBeUndefined();
  expect(unhold(free)).toBe(free);
  const ended = end(held, 'cancelled', NOW);
  expect(ended.hold).toBeUndefined();
  expect(() => hold(ended, FIRST)).toThrow(expect.objectContaining({ reason: 'PLAY_ENDED' }));
  expect(unhold(ended)).toBe(ended);
});

test('a running play stays running, its executor is told, and whichever end comes first stands', () => {
  const held = hold(claim(playOf('p'), grant), FIRST);
  expect(held.status).toBe('running');
  expect(renew(held, 't', NOW, 1000).state).toBe('hold');
  expect(renew(unhold(held), 't', NOW, 1000).state).toBe('ok');
  const end = (outcome: Parameters<typeof report>[1]['outcome']) => report(held, { ...run, outcome }, facts, NOW).play;
  expect(end('released')).toMatchObject({ status: 'pending', hold: FIRST });
  expect(end('awaiting_resume')).toMatchObject({ status: 'awaiting_resume', hold: FIRST });
  expect(end('success')).toMatchObject({ status: 'success', hold: undefined });
  expect(expireLease(held, NOW + 2000)).toMatchObject({ status: 'pending', hold: FIRST });
});

test('terminate outranks cancel and hold; without a process it is a cancel', () => {
  const running = claim(playOf('p'), grant);
  const asked = cancel(hold(running, FIRST), 'wrong', NOW);
  expect(renew(asked, 't', NOW, 1000).state).toBe('cancel');
  const killed = terminate(asked, 'now', NOW + 1);
  expect(killed.cancel).toEqual({ at: NOW, reason: 'wrong', kill: true });
  expect(renew(killed, 't', NOW, 1000).state).toBe('terminate');
  expect(terminate(killed, 'again', NOW + 2)).toBe(killed);
  expect(terminate(running, 'now', NOW).cancel).toEqual({ at: NOW, reason: 'now', kill: true });
  const pending = terminate(playOf('p'), 'now', NOW);
  expect(pending).toMatchObject({ status: 'cancelled', error: { message: 'now' } });
  expect(terminate(pending, 'again', NOW)).toBe(pending);
});

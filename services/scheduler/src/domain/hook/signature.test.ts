// Contract: signatures are those of Standard Webhooks (the example of its specification fits), one of two live secrets is enough, and
// what is forged, altered, old or from the future is refused with the header that is wrong.

import { HeroError } from '@hero-logic/platform';
import { expect, test } from 'vitest';
import { checkSignature, newHookSecret, rotate, type SignedRequest, signHook } from './signature.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const EXAMPLE: SignedRequest = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  body: Buffer.from('{"test": 2432232314}'),
};
const NOW = 1_614_265_330_000;

function problem(more: Partial<SignedRequest>, now = NOW, secrets = [{ text: SECRET }]): string {
  try {
    checkSignature({ ...EXAMPLE, ...more }, secrets, now);
    return 'fine';
  } catch (error) {
    if (error instanceof HeroError && error.reason === 'HOOK_UNSIGNED') return error.message;
    throw error;
  }
}

test('the example of the specification', () => {
  expect(signHook(SECRET, EXAMPLE)).toBe(EXAMPLE.signature);
  expect(problem({})).toBe('fine');
  expect(problem({ signature: `v1,AAAA v1a,x ${EXAMPLE.signature}` })).toBe('fine');
});

test('forged, altered, old and malformed requests', () => {
  for (const more of [
    { body: Buffer.from('{"test": 2432232315}') },
    { id: 'msg_other' },
    { timestamp: '1614265331' },
    { signature: 'v1,AAAA' },
    { signature: signHook(newHookSecret(), EXAMPLE) },
  ]) {
    expect(problem(more)).toMatch(/^webhook-signature does not fit/);
  }
  expect(problem({ signature: '' })).toMatch(/^webhook-signature must have/);
  expect(problem({ signature: 'v2,AAAA' })).toMatch(/^webhook-signature must have/);
  expect(problem({}, NOW + 300_000)).toBe('fine');
  expect(problem({}, NOW + 300_001)).toMatch(/^webhook-timestamp is more than 5 minutes/);
  expect(problem({}, NOW - 300_001)).toMatch(/^webhook-timestamp is more than 5 minutes/);
  for (const timestamp of ['', 'now', '-1', '1.5', '1e9'])
    expect(problem({ timestamp })).toMatch(/^webhook-timestamp must/);
  for (const id of ['', 'a b', 'ä', 'x'.repeat(101)]) expect(problem({ id })).toMatch(/^webhook-id must/);
});

test('after a rotation the secret before is good until its grace is over, and no third one', () => {
  const [first, second, third] = [SECRET, newHookSecret(), newHookSecret()];
  const once = rotate([{ text: first }], second, NOW, 1000);
  expect(problem({}, NOW + 999, once as { text: string }[])).toBe('fine');
  expect(problem({}, NOW + 1000, once as { text: string }[])).toMatch(/does not fit/);
  const twice = rotate(once, third, NOW, 1000);
  expect(twice.map(({ text }) => text)).toEqual([third, second]);
  expect(rotate(once, third, NOW, 0)).toEqual([{ text: third }]);
});

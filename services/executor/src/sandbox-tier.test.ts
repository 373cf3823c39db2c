// Contract: below the configured tier the executor does not start, and one sentence says why.

import { expect, it } from 'vitest';
import { requireTier } from './sandbox-tier.ts';

it.each([
  ['B', '', true],
  ['B', 'B', true],
  ['A', 'B', true],
  ['A+', 'A', true],
  ['A', 'A+', false],
  ['D', 'C', false],
  ['?', 'D', false],
])('tier %s where %s is asked for: %s', (tier, minTier, isFine) => {
  const check = () => requireTier({ tier, missing: ['landlock: not in this kernel'] }, minTier);
  if (isFine) expect(check).not.toThrow();
  else expect(check).toThrow(`tier ${tier} here, but at least tier ${minTier} is required (missing: landlock`);
});

it('a tier that does not exist is refused', () => {
  expect(() => requireTier({ tier: 'A', missing: [] }, 'E')).toThrow('must be one of A+, A, B, C, D, not "E"');
});

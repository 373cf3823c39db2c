// Sandbox tiers, best first: A+ and A with namespaces, B without, C sealed, D none.

import type { Interpreters } from './interpreters/interpreter.ts';

const TIERS = ['A+', 'A', 'B', 'C', 'D'];

/** Throws one clear sentence when plays would run in less than the tier that is asked for; '' asks for nothing. */
export function requireTier(interpreters: Pick<Interpreters, 'tier' | 'missing'>, minTier: string): void {
  if (minTier === '') return;
  const { tier, missing } = interpreters;
  const least = TIERS.indexOf(minTier);
  if (least < 0) throw new Error(`the minimum sandbox tier must be one of ${TIERS.join(', ')}, not "${minTier}"`);
  const has = TIERS.indexOf(tier);
  if (has >= 0 && has <= least) return;
  const why = missing.length > 0 ? ` (missing: ${missing.join('; ')})` : '';
  throw new Error(`plays would run in sandbox tier ${tier} here, but at least tier ${minTier} is required${why}`);
}

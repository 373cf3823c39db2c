// Now and then another version than the best, to learn more of it. For a share of the choices a version is drawn with the probability that it is the
// best one (W. R. Thompson, "On the likelihood that one unknown probability exceeds another in view of the evidence of two samples", 1933), also one of
// which nothing is known yet.
//
// What is drawn comes from a digest of the request and of all that is known: the same data gives the same choice, and each new play another draw.

import { createHash } from 'node:crypto';
import type { Judged } from './pick.ts';

/** Undefined: the one that is `chosen` anyway. `share` is from 0 (never) to 1. */
export function explore(judged: readonly Judged[], chosen: string, share: number, request: string): Judged | undefined {
  if (share <= 0 || judged.length < 2) return undefined;
  const known = judged.map(({ versionSid, evidence }) => [versionSid, evidence]);
  const digest = createHash('sha256')
    .update(JSON.stringify([request, known]))
    .digest();
  if (fraction(digest, 0) >= share) return undefined;
  let left = fraction(digest, 6);
  const drawn = judged.find(({ winProbability }) => {
    left -= winProbability;
    return left < 0;
  });
  return drawn?.versionSid === chosen ? undefined : drawn;
}

/** From six bytes, from 0 to below 1. */
function fraction(digest: Buffer, at: number): number {
  return digest.readUIntBE(at, 6) / 2 ** 48;
}

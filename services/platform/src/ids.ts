// Ids are lower-case ULIDs: sortable by time, and strictly rising within one process.

import { randomBytes, randomFillSync } from 'node:crypto';
import { encodeTime, monotonicFactory } from 'ulid';

export type NewSid = () => string;

/** A source of sids. Tests pass a fixed clock and their own randomness. */
export function createSids(options: { now?: () => number; random?: () => number } = {}): NewSid {
  const next = monotonicFactory(options.random ?? createRandom());
  const now = options.now ?? Date.now;
  return () => next(now()).toLowerCase();
}

/** The least sid that could be made at this time: sids of that time and later are not lower. */
export function firstSidAt(ms: number): string {
  return encodeTime(Math.min(Math.max(0, Math.floor(ms)), LAST_TIME))
    .toLowerCase()
    .padEnd(26, '0');
}

/** Of a sid: 48 bits. */
const LAST_TIME = 2 ** 48 - 1;

/** 128 random bits as hex: lease tokens and other things that must not be guessed. */
export function newToken(): string {
  return randomBytes(16).toString('hex');
}

/** Numbers in [0, 1), drawn from a pool: the library asks the kernel for each of the 16 characters of an id. */
function createRandom(): () => number {
  const pool = new Uint32Array(256);
  let left = 0;
  return () => {
    if (left === 0) left = randomFillSync(pool).length;
    left -= 1;
    return (pool[left] as number) / 2 ** 32;
  };
}

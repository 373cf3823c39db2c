// Ids are lower-case ULIDs: sortable by time, and strictly rising within one process.

import { randomFillSync } from 'node:crypto';
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
  if (tokensLeft === 0) tokensLeft = randomFillSync(tokenPool).length / TOKEN_BYTES;
  tokensLeft -= 1;
  const at = tokensLeft * TOKEN_BYTES;
  const token = tokenPool.toString('hex', at, at + TOKEN_BYTES);
  tokenPool.fill(0, at, at + TOKEN_BYTES);
  return token;
}

const TOKEN_BYTES = 16;
/** Asking the kernel for each token would take ten times as long. */
const tokenPool = Buffer.alloc(128 * TOKEN_BYTES);
let tokensLeft = 0;

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

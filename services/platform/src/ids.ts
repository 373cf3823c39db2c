// Ids are lower-case ULIDs: sortable by time, and strictly rising within one process.

import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';

export type NewSid = () => string;

/** A source of sids. Tests pass a fixed clock and their own randomness. */
export function createSids(options: { now?: () => number; random?: () => number } = {}): NewSid {
  const next = monotonicFactory(options.random);
  const now = options.now ?? Date.now;
  return () => next(now()).toLowerCase();
}

/** 128 random bits as hex: lease tokens and other things that must not be guessed. */
export function newToken(): string {
  return randomBytes(16).toString('hex');
}

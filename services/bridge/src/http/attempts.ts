// Counts failures by address and makes one wait that had too many. Forgets the oldest addresses past a bound.

import type { Clock } from '@hero-logic/platform';

export interface Attempts {
  /** How long the address has to wait; 0 = not at all. */
  waitMs(address: string): number;
  failed(address: string): void;
}

const MOST_ADDRESSES = 10_000;

export function createAttempts(options: { most: number; windowMs: number; clock: Clock }): Attempts {
  const { most, windowMs, clock } = options;
  const failures = new Map<string, number[]>();
  const recent = (address: string) => (failures.get(address) ?? []).filter((at) => at > clock.now() - windowMs);
  return {
    waitMs(address) {
      const times = recent(address);
      return times.length < most ? 0 : (times[times.length - most] as number) + windowMs - clock.now();
    },
    failed(address) {
      const times = [...recent(address), clock.now()].slice(-most);
      failures.delete(address);
      failures.set(address, times);
      if (failures.size > MOST_ADDRESSES) failures.delete(failures.keys().next().value as string);
    },
  };
}

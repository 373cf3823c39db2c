// What goes wrong in one world, and how often; drawn once from its seed. Nothing goes wrong any more once the world has calmed down.

import type { CommitFault, Random } from '@hero-logic/platform/testing';

export interface Faults {
  /** Ways of a message, in ms. */
  delay(): number;
  /** Of a call: 'request' never arrives, 'late' arrives when its caller has given up, 'reply' is lost on its way back. */
  call(): 'request' | 'late' | 'reply' | undefined;
  commit(): CommitFault | 'crash-before' | 'crash-after' | undefined;
  signal(): boolean;
  /** When something is killed or frozen next; undefined = never. */
  nextBlow(): number | undefined;
  calm(): void;
  isCalm(): boolean;
}

interface Rates {
  readonly slowestMs: number;
  readonly call: number;
  readonly commit: number;
  readonly crashAtCommit: number;
  readonly signal: number;
  readonly blowEveryMs: number;
}

/** Some worlds are calm in one way or another, so that a fault is also met alone. */
function drawRates(random: Random): Rates {
  const some = (most: number) => (random.chance(0.4) ? 0 : random.next() * most);
  return {
    slowestMs: random.pick([1, 5, 50, 400]),
    call: some(0.15),
    commit: some(0.06),
    crashAtCommit: some(0.02),
    signal: some(0.5),
    blowEveryMs: random.chance(0.3) ? 0 : random.pick([2000, 8000, 20_000]),
  };
}

export function createFaults(random: Random): Faults {
  const rates = drawRates(random);
  let isCalm = false;
  return {
    delay: () => random.next() * (isCalm ? 1 : rates.slowestMs),
    call() {
      if (isCalm || !random.chance(rates.call)) return undefined;
      return random.pick(['request', 'late', 'reply'] as const);
    },
    commit() {
      if (isCalm) return undefined;
      if (random.chance(rates.crashAtCommit)) return random.pick(['crash-before', 'crash-after'] as const);
      return random.chance(rates.commit) ? random.pick(['lost', 'unheard'] as const) : undefined;
    },
    signal: () => !isCalm && random.chance(rates.signal),
    nextBlow: () => (isCalm || rates.blowEveryMs === 0 ? undefined : random.next() * 2 * rates.blowEveryMs),
    calm() {
      isCalm = true;
    },
    isCalm: () => isCalm,
  };
}

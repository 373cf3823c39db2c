// Contract: a world is the same again for the same seed, in every single event; each planted bug is found within some worlds; seeds
// that once failed are kept here.

import { describe, expect, it } from 'vitest';
import { simulate } from '../src/simulate.ts';
import { PLANTS } from './plants.ts';

const WORLDS_PER_PLANT = 60;
const WITHIN_MS = 300_000;

it('gives the same world for the same seed, and another for another', { timeout: WITHIN_MS }, async () => {
  const traced = async (seed: number) => {
    const lines: string[] = [];
    const { digest } = await simulate({ seed, onTrace: (line) => lines.push(line) });
    return { digest, lines };
  };
  for (const seed of [3, 8]) {
    const first = await traced(seed);
    expect(first.lines.length).toBeGreaterThan(20);
    expect(await traced(seed)).toEqual(first);
    expect((await traced(seed + 1)).digest).not.toBe(first.digest);
  }
});

describe('a planted bug is found', () => {
  for (const [name, plant] of Object.entries(PLANTS)) {
    it(name, { timeout: WITHIN_MS }, async () => {
      let found: readonly string[] = [];
      for (let seed = 1; seed <= WORLDS_PER_PLANT && found.length === 0; seed++) {
        found = (await simulate({ seed, plant })).violations;
      }
      expect(found).not.toEqual([]);
    });
  }
});

describe('a seed that once failed keeps every promise now', () => {
  const once: [why: string, options: Parameters<typeof simulate>[0]][] = [
    ['a hold that arrived after the operator had let go; from before there were races', { seed: 2008, isPlain: true }],
    ['a play moved to another version, and asked again what had lost a race on the old one', { seed: 44 }],
  ];
  it.each(once)('%s', { timeout: WITHIN_MS }, async (_, options) => {
    expect((await simulate(options)).violations).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { simulate } from '../src/simulate.ts';

/** A machine that is busy with other things takes longer; what is not over by then hangs. */
const WITHIN_MS = 600_000;

export function expectWorlds({ from, count }: { readonly from: number; readonly count: number }): void {
  it(`keeps every promise in the worlds ${from} to ${from + count - 1}`, { timeout: WITHIN_MS }, async () => {
    const total = { plays: 0, steps: 0 };
    for (let seed = from; seed < from + count; seed++) {
      const { violations, plays, steps } = await simulate({ seed });
      expect(violations, `again: npm run simulate -- --seed ${seed} --trace`).toEqual([]);
      total.plays += plays;
      total.steps += steps;
    }
    // A world in which nothing happens keeps every promise, too.
    expect(total.plays).toBeGreaterThan(count);
    expect(total.steps).toBeGreaterThan(count * 5);
  });
}

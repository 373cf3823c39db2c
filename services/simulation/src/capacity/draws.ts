// What the model draws by chance: the key of a play, and times.

import type { Random } from '@hero-logic/platform/testing';
import type { Load } from './mesh.ts';

/** Keys of unequal weight (Zipf). */
export function createKeys({ keys, skew }: Pick<Load, 'keys' | 'skew'>, random: Random): () => number {
  const sums: number[] = [];
  let sum = 0;
  for (let key = 1; key <= keys; key++) {
    sum += 1 / key ** skew;
    sums.push(sum);
  }
  return () => {
    const wanted = random.next() * sum;
    let [low, high] = [0, keys - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random.next()) * mean;
}

// Distributions over [0, 1] on a fixed grid, and what can be done with them. Numeric and without chance: the same data gives the same answer.

/** Probability mass at 0, 1/STEPS, ..., 1. */
export type Spread = Float64Array;

const STEPS = 400;
const SIGMAS = 5;
const SLICES = 200;

/** Beta(1 + good, 1 + bad): what is known of a share after so many good and bad outcomes, from a flat prior. */
export function betaSpread(good: number, bad: number): Spread {
  const logs = Array.from({ length: STEPS + 1 }, (_, i) => {
    const x = (i + 0.5) / (STEPS + 1);
    return good * Math.log(x) + bad * Math.log1p(-x);
  });
  const most = Math.max(...logs);
  return normalised(Float64Array.from(logs, (l) => Math.exp(l - most)));
}

/** `of` applied to a normal variable. `of` gives values in [0, 1]; what lies outside is put to the ends. */
export function mappedNormal(mean: number, deviation: number, of: (x: number) => number): Spread {
  const spread = new Float64Array(STEPS + 1);
  for (let i = 0; i <= SLICES; i++) {
    const z = SIGMAS * ((2 * i) / SLICES - 1);
    put(spread, of(mean + z * deviation), Math.exp((-z * z) / 2));
  }
  return normalised(spread);
}

/** The weighted sum of independent parts; the weights sum to 1. */
export function weightedSum(parts: readonly { readonly weight: number; readonly spread: Spread }[]): Spread {
  let sum: Spread = new Float64Array(STEPS + 1);
  sum[0] = 1;
  for (const { weight, spread } of parts) {
    if (weight <= 0) continue;
    const next = new Float64Array(STEPS + 1);
    for (let i = 0; i <= STEPS; i++) {
      const mass = sum[i] as number;
      if (mass < 1e-12) continue;
      for (let j = 0; j <= STEPS; j++) put(next, (i + weight * j) / STEPS, mass * (spread[j] as number));
    }
    sum = next;
  }
  return normalised(sum);
}

export function expectation(spread: Spread): number {
  return spread.reduce((sum, mass, i) => sum + (mass * i) / STEPS, 0);
}

/** For each, the probability that it is the largest: the sum over u of P(it = u) * product of P(each other < u), a tie counting half. */
export function winProbabilities(spreads: readonly Spread[]): number[] {
  const below = spreads.map((spread) => {
    let sum = 0;
    return Float64Array.from(spread, (mass) => {
      const half = sum + mass / 2;
      sum += mass;
      return half;
    });
  });
  const raw = spreads.map((spread, i) =>
    spread.reduce((sum, mass, u) => {
      const others = below.reduce((product, b, j) => (j === i ? product : product * (b[u] as number)), 1);
      return sum + mass * others;
    }, 0),
  );
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((r) => (total === 0 ? 1 / raw.length : r / total));
}

/** Shares a mass between the two grid points around `x`, so that means are kept. */
function put(spread: Spread, x: number, mass: number): void {
  const at = Math.min(1, Math.max(0, x)) * STEPS;
  const low = Math.min(STEPS - 1, Math.floor(at));
  const share = at - low;
  spread[low] = (spread[low] as number) + mass * (1 - share);
  spread[low + 1] = (spread[low + 1] as number) + mass * share;
}

function normalised(spread: Spread): Spread {
  const total = spread.reduce((a, b) => a + b, 0);
  return spread.map((mass) => mass / total);
}

// Which version is expected to serve best, and how sure that is.
//
// - Success and accuracy: Beta posterior of the credit (successes counted by their score), so few runs mean little.
// - Speed: fastest / duration; cost: (cheapest + e) / (cost + e) with e a thousandth of the dearest. Ratios: scaling all of them changes nothing.
// - Worth = the weighted sum. Its distribution comes from those of its parts; the winner has the highest expectation, the confidence is the
//   probability that it is the best.
// - A request of difficulty d multiplies the weight of accuracy by 0.5 + d. A weight of 0 stays 0.
// - Unknown cost or duration counts as the worst that is known; when it is unknown for all, the criterion has no say. Of a version that never ran
//   nothing is known, so anything is as likely: a flat distribution.

import type { Evidence } from './evidence.ts';
import { betaSpread, expectation, mappedNormal, type Spread, weightedSum, winProbabilities } from './spread.ts';

export interface Weights {
  readonly cost: number;
  readonly speed: number;
  readonly accuracy: number;
}

export interface Contender {
  readonly versionSid: string;
  readonly number: number;
  readonly evidence: Evidence;
}

export interface Judged extends Contender {
  readonly score: number;
  readonly winProbability: number;
}

type Criterion = keyof Weights;

/** Best first; equal ones by number, the newest first. */
export function judge(contenders: readonly Contender[], weights: Weights, difficulty: number): Judged[] {
  const parts: Record<Criterion, readonly Spread[] | undefined> = {
    accuracy: contenders.map(({ evidence: { credit, runs } }) => betaSpread(credit, runs - credit)),
    speed: speedSpreads(contenders.map((c) => c.evidence)),
    cost: costSpreads(contenders.map((c) => c.evidence)),
  };
  const shares = sharesOf(weights, difficulty, (criterion) => parts[criterion] !== undefined);
  const worths = contenders.map((_, i) =>
    weightedSum(
      (Object.keys(parts) as Criterion[]).flatMap((criterion) => {
        const spread = parts[criterion]?.[i];
        return spread === undefined ? [] : [{ weight: shares[criterion], spread }];
      }),
    ),
  );
  const odds = winProbabilities(worths);
  return contenders
    .map((c, i) => ({ ...c, score: expectation(worths[i] as Spread), winProbability: odds[i] as number }))
    .sort((a, b) => rank(b) - rank(a) || b.number - a.number);
}

/** Rounding in the last digits must not decide between equals. */
function rank({ score }: Judged): number {
  return Math.round(score * 1e9);
}

/** The weights as shares of 1, moved by the difficulty, without the criteria about which nothing is known. All 0 = all alike. */
function sharesOf(given: Weights, difficulty: number, isKnown: (criterion: Criterion) => boolean): Weights {
  const none = given.cost + given.speed + given.accuracy === 0;
  const { cost, speed, accuracy } = none ? { cost: 1, speed: 1, accuracy: 1 } : scaled(given);
  const raw = {
    cost: isKnown('cost') ? cost : 0,
    speed: isKnown('speed') ? speed : 0,
    accuracy: isKnown('accuracy') ? accuracy * (0.5 + difficulty) : 0,
  };
  const total = raw.cost + raw.speed + raw.accuracy;
  // What was asked for is known of none: success decides.
  if (total === 0) return { cost: 0, speed: 0, accuracy: 1 };
  return { cost: raw.cost / total, speed: raw.speed / total, accuracy: raw.accuracy / total };
}

/** Weights near the ends of what a double holds would overflow when summed. */
function scaled({ cost, speed, accuracy }: Weights): Weights {
  const most = Math.max(cost, speed, accuracy);
  return { cost: cost / most, speed: speed / most, accuracy: accuracy / most };
}

function speedSpreads(all: readonly Evidence[]): Spread[] | undefined {
  const known = all.map((evidence) => evidence.logDuration).filter((d) => d !== undefined);
  if (known.length === 0) return undefined;
  const fastest = Math.min(...known.map((d) => d.mean));
  const slowest = known.reduce((a, b) => (b.mean > a.mean ? b : a));
  return all.map(({ runs, logDuration }) => {
    if (runs === 0) return betaSpread(0, 0);
    const { mean, error } = logDuration ?? slowest;
    return mappedNormal(mean, error, (log) => Math.exp(fastest - log));
  });
}

function costSpreads(all: readonly Evidence[]): Spread[] | undefined {
  const known = all.map((evidence) => evidence.cost).filter((c) => c !== undefined);
  if (known.length === 0) return undefined;
  const cheapest = Math.min(...known.map((c) => c.mean));
  const dearest = known.reduce((a, b) => (b.mean > a.mean ? b : a));
  const floor = dearest.mean / 1000;
  return all.map(({ runs, cost }) => {
    if (runs === 0) return betaSpread(0, 0);
    const { mean, error } = cost ?? dearest;
    return mappedNormal(mean, error, (usd) => (floor === 0 ? 1 : (cheapest + floor) / (Math.max(0, usd) + floor)));
  });
}

// Contract: the choice is deterministic; scaling all costs or durations changes nothing; a version that is worse in everything never wins; more
// evidence raises the confidence; equal evidence gives even odds; a criterion of weight 0 has no say; few runs mean little.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../benchmark.ts';
import { evidenceOf } from './evidence.ts';
import { type Contender, judge, type Weights } from './pick.ts';

const EVEN: Weights = { cost: 1, speed: 1, accuracy: 1 };

interface Made {
  good: number;
  bad: number;
  ms?: number;
  usd?: number | undefined;
  score?: number;
}

function contender(number: number, { good, bad, ms = 100, usd, score }: Made): Contender {
  const run = (status: RunResult['status']): RunResult => ({
    playSid: '',
    exampleSid: 'e',
    inputValues: {},
    status,
    durationMs: ms,
    retries: 0,
    error: '',
    ...(usd === undefined ? {} : { costUsd: usd }),
    ...(score === undefined ? {} : { score }),
  });
  const runs = [
    ...Array.from({ length: good }, () => run('success')),
    ...Array.from({ length: bad }, () => run('failed')),
  ];
  return { versionSid: `v${number}`, number, evidence: evidenceOf(runs, []) };
}

const winner = (contenders: Contender[], weights = EVEN, difficulty = 0.5) =>
  judge(contenders, weights, difficulty)[0] as ReturnType<typeof judge>[number];

const made = fc.record({
  good: fc.integer({ min: 1, max: 30 }),
  bad: fc.integer({ min: 0, max: 30 }),
  ms: fc.integer({ min: 1, max: 100_000 }),
  usd: fc.option(fc.double({ min: 0.0001, max: 10, noNaN: true }), { nil: undefined }),
});
const weights = fc.record({
  cost: fc.double({ min: 0, max: 5, noNaN: true }),
  speed: fc.double({ min: 0, max: 5, noNaN: true }),
  accuracy: fc.double({ min: 0, max: 5, noNaN: true }),
});
const difficulty = fc.double({ min: 0, max: 1, noNaN: true });
const RUNS = { numRuns: 60 };

describe('the choice', () => {
  it('is the same for the same data, and its odds sum to 1', () => {
    fc.assert(
      fc.property(fc.array(made, { minLength: 1, maxLength: 4 }), weights, difficulty, (all, w, d) => {
        const contenders = all.map((m, i) => contender(i + 1, m));
        const first = judge(contenders, w, d);
        expect(judge(contenders, w, d)).toEqual(first);
        expect(first.reduce((sum, j) => sum + j.winProbability, 0)).toBeCloseTo(1, 6);
        for (const { score } of first) expect(score).toBeGreaterThanOrEqual(0);
        for (const { score } of first) expect(score).toBeLessThanOrEqual(1 + 1e-9);
      }),
      RUNS,
    );
  });

  it('does not depend on the units of cost and time', () => {
    fc.assert(
      fc.property(made, made, weights, fc.constantFrom(0.001, 1000), (a, b, w, factor) => {
        const scaled = (m: Made) => ({
          ...m,
          ms: (m.ms ?? 1) * factor,
          usd: m.usd === undefined ? undefined : m.usd * factor,
        });
        // Below half a millisecond durations are all alike.
        fc.pre(factor > 1 || Math.min(a.ms, b.ms) >= 1000);
        const plain = judge([contender(1, a), contender(2, b)], w, 0.5);
        const other = judge([contender(1, scaled(a)), contender(2, scaled(b))], w, 0.5);
        expect(other.map((j) => j.number)).toEqual(plain.map((j) => j.number));
        other.forEach((j, i) => {
          expect(j.winProbability).toBeCloseTo(plain[i]?.winProbability as number, 6);
        });
      }),
      RUNS,
    );
  });

  it('never falls on a version that is worse in everything', () => {
    fc.assert(
      fc.property(made, weights, difficulty, (base, w, d) => {
        const worse = {
          good: base.good - 1,
          bad: base.bad + 1,
          ms: base.ms * 2,
          usd: base.usd === undefined ? undefined : base.usd * 2,
        };
        fc.pre(worse.good > 0);
        const [best, other] = judge([contender(1, base), contender(2, worse)], w, d);
        expect(best?.number).toBe(1);
        expect(best?.winProbability).toBeGreaterThanOrEqual(other?.winProbability as number);
      }),
      RUNS,
    );
  });

  it('is surer with more evidence of the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 2, max: 8 }),
        (good, bad, times) => {
          const odds = [1, times].map((n) =>
            winner([contender(1, { good: (good + bad) * n, bad: 0 }), contender(2, { good: good * n, bad: bad * n })]),
          );
          expect(odds.map((j) => j.number)).toEqual([1, 1]);
          expect(odds[1]?.winProbability).toBeGreaterThan(odds[0]?.winProbability as number);
        },
      ),
      RUNS,
    );
  });

  it('is even for equal evidence', () => {
    fc.assert(
      fc.property(made, weights, difficulty, fc.integer({ min: 2, max: 5 }), (m, w, d, count) => {
        const equal = judge(
          Array.from({ length: count }, (_, i) => contender(i + 1, m)),
          w,
          d,
        );
        for (const { winProbability } of equal) expect(winProbability).toBeCloseTo(1 / count, 9);
        expect(equal[0]?.number, 'the newest').toBe(count);
      }),
      RUNS,
    );
  });

  it('judges success by its posterior: one lucky run does not beat many good ones', () => {
    const lucky = contender(2, { good: 1, bad: 0 });
    const proven = contender(1, { good: 97, bad: 3 });
    expect(winner([lucky, proven], { cost: 0, speed: 0, accuracy: 1 }).number).toBe(1);
  });

  it('follows the weights; a weight of 0 has no say, whatever the difficulty', () => {
    const cheap = contender(1, { good: 6, bad: 4, ms: 900, usd: 0.01 });
    const right = contender(2, { good: 10, bad: 0, ms: 900, usd: 1 });
    for (const d of [0, 0.5, 1]) {
      expect(winner([cheap, right], { cost: 1, speed: 0, accuracy: 0 }, d).number).toBe(1);
      expect(winner([cheap, right], { cost: 0, speed: 0, accuracy: 1 }, d).number).toBe(2);
    }
    const mixed: Weights = { cost: 0.28, speed: 0, accuracy: 0.72 };
    expect(winner([cheap, right], mixed, 0).number, 'an easy request').toBe(1);
    expect(winner([cheap, right], { ...mixed, accuracy: 3 }, 1).number, 'a hard one').toBe(2);
    const huge = winner([cheap, right], { cost: 1e308, speed: 1e308, accuracy: 1e308 });
    expect(huge).toEqual(winner([cheap, right]));
  });

  it('takes accuracy into account, and an unknown cost for the worst that is known', () => {
    const exact = contender(1, { good: 10, bad: 0, score: 1 });
    const vague = contender(2, { good: 10, bad: 0, score: 0.4 });
    expect(winner([exact, vague], { cost: 0, speed: 0, accuracy: 1 }).number).toBe(1);
    const unknown = contender(2, { good: 10, bad: 0 });
    expect(
      winner([contender(1, { good: 10, bad: 0, usd: 0.5 }), unknown], { cost: 1, speed: 0, accuracy: 0.01 })
        .winProbability,
    ).toBeCloseTo(0.5, 1);
    const bothUnknown = [contender(1, { good: 9, bad: 1 }), contender(2, { good: 5, bad: 5 })];
    expect(winner(bothUnknown, { cost: 1, speed: 0, accuracy: 0 }).number, 'success decides').toBe(1);
  });
});

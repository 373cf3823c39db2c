// Contract: without a share, or with one version, nothing is explored; a share of 1 draws each version about as often as it is likely to be the best;
// the same data gives the same draw, and one more play another.

import { expect, it } from 'vitest';
import { evidenceOf } from './evidence.ts';
import { explore } from './explore.ts';
import { judge } from './pick.ts';

const plays = (good: number, bad: number, durationMs = 100) =>
  Array.from({ length: good + bad }, (_, i) => ({ succeeded: i < good, durationMs }));

function judged(last = 100) {
  const contenders = [
    { versionSid: 'v1', number: 1, evidence: evidenceOf([], plays(8, 2)) },
    { versionSid: 'v2', number: 2, evidence: evidenceOf([], [...plays(6, 3), ...plays(1, 0, last)]) },
  ];
  return judge(contenders, { cost: 0, speed: 0, accuracy: 1 }, 0.5);
}

const draws = (share: number, all = judged()) =>
  Array.from({ length: 1000 }, (_, i) => explore(all, all[0]?.versionSid ?? '', share, `r${i}`));

it('draws one that never ran, of which anything is as likely, and none without a share', () => {
  const never = { versionSid: 'v3', number: 3, evidence: evidenceOf([], []) };
  const known = [
    { versionSid: 'v1', number: 1, evidence: evidenceOf([], plays(8, 2)) },
    { versionSid: 'v2', number: 2, evidence: evidenceOf([], plays(30, 20, 900)) },
  ];
  const all = judge([...known, never], { cost: 0, speed: 0, accuracy: 1 }, 0.5);
  const odds = all.find(({ number }) => number === 3)?.winProbability as number;
  expect(odds).toBeGreaterThan(0.1);
  expect(odds).toBeLessThan(0.6);
  const drawn = draws(1, all).filter((one) => one?.number === 3).length;
  expect(drawn / 1000).toBeCloseTo(odds, 1);
  const costs = judge([...known, never], { cost: 1, speed: 1, accuracy: 0 }, 0.5);
  expect(costs.find(({ number }) => number === 3)?.winProbability, 'nor is its speed known').toBeGreaterThan(0);
  expect(draws(0, all).every((one) => one === undefined)).toBe(true);
});

it('draws by the odds, for the share that is asked, the same for the same data', () => {
  expect(draws(0).every((drawn) => drawn === undefined)).toBe(true);
  expect(explore(judged().slice(0, 1), 'v1', 1, 'r')).toBeUndefined();
  const second = judged()[1];
  const odds = second?.winProbability as number;
  const taken = draws(1).filter((drawn) => drawn !== undefined);
  expect(taken.every((drawn) => drawn.number === second?.number)).toBe(true);
  expect(taken.length / 1000).toBeCloseTo(odds, 1);
  expect(draws(0.2).filter((drawn) => drawn !== undefined).length / 1000).toBeCloseTo(odds * 0.2, 1);
  const pattern = (all = judged()) => draws(1, all).map((drawn) => drawn?.number);
  expect(pattern()).toEqual(pattern());
  expect(pattern(judged(101))).not.toEqual(pattern());
});

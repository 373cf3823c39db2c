// Contract: a ratio that grew beyond noise is named, with what it was; noise, new rows and rows without a ratio are not; a row of
// the baseline that is gone is named too. Where more is better, less is worse; a report may say that its ratios differ more from run to run. What is
// worse counts when it is so twice in a row.

import { expect, it } from 'vitest';
import { accept, confirmed, missing, regressions } from './check.ts';
import type { Report } from './report.ts';
import { spread } from './stats.ts';

const report = (ms: number): Report => ({
  title: 'Steps',
  rows: [
    { name: 'floor', spread: spread([10]), unit: 'ms' },
    { name: 'inside', spread: spread([ms, ms, ms * 9]), unit: 'ms', against: 10 },
    { name: 'new', spread: spread([99]), unit: 'ms', against: 1 },
  ],
});

it('names what has become slower than the floor by more than noise', () => {
  const baseline = { Steps: { inside: 2 } };
  expect(regressions(baseline, report(20))).toEqual([]);
  expect(regressions(baseline, report(24))).toEqual([]);
  expect(regressions(baseline, report(26))).toEqual([{ title: 'Steps', row: 'inside', was: 2, is: 2.6 }]);
  expect(regressions({ Other: { inside: 0.1 } }, report(26))).toEqual([]);
});

it('takes less for worse where more is better, and more noise where the report says so', () => {
  const peer = (ratio: number, noise?: number): Report => ({
    title: 'Steps',
    rows: [{ name: 'peer', spread: spread([ratio]), unit: 'ms', against: 1, better: 'higher' }],
    ...(noise === undefined ? {} : { noise }),
  });
  const baseline = { Steps: { peer: 10 } };
  expect(regressions(baseline, peer(40))).toEqual([]);
  expect(regressions(baseline, peer(7))).toEqual([{ title: 'Steps', row: 'peer', was: 10, is: 7 }]);
  expect(regressions(baseline, peer(7, 2))).toEqual([]);
  expect(regressions(baseline, peer(4, 2))).toHaveLength(1);
});

it('measures again what is worse, and only that counts which is so twice', async () => {
  const baseline = { Steps: { inside: 2, new: 50 } };
  let again = 0;
  const second = (ms: number) => async () => {
    again += 1;
    return [report(ms)];
  };
  expect(await confirmed({ Steps: { inside: 2 } }, [report(20)], second(99))).toEqual([]);
  expect(again).toBe(0);
  expect(await confirmed(baseline, [report(26)], second(20))).toEqual([
    { title: 'Steps', row: 'new', was: 50, is: 99 },
  ]);
  expect(await confirmed({ Steps: { inside: 2 } }, [report(26)], second(30))).toEqual([
    { title: 'Steps', row: 'inside', was: 2, is: 3 },
  ]);
  expect(again).toBe(2);
});

it('names what is not measured any more', () => {
  expect(missing({ Steps: { inside: 2, floor: 1, gone: 3 } }, [report(20)])).toEqual(['Steps: floor', 'Steps: gone']);
  expect(missing({ Other: { gone: 3 } }, [report(20)])).toEqual([]);
});

it('accepts the ratios of a run and keeps those of other scenarios', () => {
  expect(accept({ Other: { x: 1 } }, [report(21.239)])).toEqual({ Other: { x: 1 }, Steps: { inside: 2.12, new: 99 } });
});

// Contract: a ratio that grew beyond noise is named, with what it was; noise, new rows and rows without a ratio are not; a row of
// the baseline that is gone is named too.

import { expect, it } from 'vitest';
import { accept, missing, regressions } from './check.ts';
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

it('names what is not measured any more', () => {
  expect(missing({ Steps: { inside: 2, floor: 1, gone: 3 } }, [report(20)])).toEqual(['Steps: floor', 'Steps: gone']);
  expect(missing({ Other: { gone: 3 } }, [report(20)])).toEqual([]);
});

it('accepts the ratios of a run and keeps those of other scenarios', () => {
  expect(accept({ Other: { x: 1 } }, [report(21.239)])).toEqual({ Other: { x: 1 }, Steps: { inside: 2.12, new: 99 } });
});

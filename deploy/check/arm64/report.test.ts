// Contract: what ran in the machine is counted for each user, and a machine that stops early has failed, whatever passed before.

import { expect, it } from 'vitest';
import { total } from './report.ts';

const PASSED = 'test_a ... ok\n\n----------\nRan 3 tests in 1.0s\n\nOK (skipped=1)\n';
const FAILED = [
  ...['test_a ... FAIL', `${'='.repeat(70)}`, 'FAIL: test_a (tests.test_x.X.test_a)', 'AssertionError: 1 != 2', ''],
  ...['-'.repeat(70), 'Ran 4 tests in 1.0s', '', 'FAILED (failures=1, errors=1)', ''],
].join('\n');

it('adds up both users, and says as whom a test failed', () => {
  const text = `@@ begin root\n${FAILED}@@ end 1 root\n@@ begin an ordinary user\n${PASSED}@@ end 0 an ordinary user\n`;
  const { failures, ...counts } = total(text);
  expect(counts).toEqual({ passed: 4, failed: 2, skipped: 1 });
  expect(failures).toEqual([expect.stringMatching(/^as root: FAIL: test_a [\s\S]*1 != 2/)]);
});

it('takes a machine that stopped, and tests that could not be loaded, for failures', () => {
  const half = `@@ begin root\n${PASSED}@@ end 0 root\n@@ begin an ordinary user\ntest_a ... ok\n`;
  expect(total(half)).toMatchObject({ passed: 2, failed: 1, skipped: 1 });
  expect(total('')).toMatchObject({ passed: 0, failed: 2 });
  const none = `@@ begin root\nNo module named tests\n@@ end 1 root\n@@ begin an ordinary user\n${PASSED}@@ end 3 an ordinary user\n`;
  expect(total(none)).toMatchObject({ passed: 0, failed: 2 });
});

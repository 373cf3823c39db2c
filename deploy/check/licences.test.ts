// Contract: every package of the lock is under terms that may be shipped, or is only for developing; one that is not, or says nothing, is named.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT } from './chart.ts';
import { type LockedPackage, licenceProblems } from './licences.ts';

it('every package may be shipped', () => {
  const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  expect(Object.keys(packages).length).toBeGreaterThan(300);
  expect(licenceProblems(packages)).toEqual([]);
});

it('what may not is named', () => {
  const at = (license: string | undefined, more = {}) =>
    licenceProblems({
      'node_modules/@a/b': { version: '1.0.0', ...(license === undefined ? {} : { license }), ...more },
    });
  expect(at('GPL-3.0-only')).toEqual(['@a/b 1.0.0: GPL-3.0-only']);
  expect(at(undefined)).toEqual(['@a/b 1.0.0: says no licence']);
  expect(at('MPL-2.0')).toHaveLength(1);
  expect(at('MPL-2.0', { dev: true })).toEqual([]);
  expect(at('(MPL-2.0 OR Apache-2.0)')).toEqual([]);
  expect(at('(Apache-2.0 AND GPL-2.0)')).toHaveLength(1);
});

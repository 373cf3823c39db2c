// Contract: packages that are those of the lock file are not installed again, however old they are; whatever differs is.

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '@hero-logic/platform/testing';
import { expect, it, onTestFinished } from 'vitest';
import { isInstalled } from './installed.mjs';

const LOCK = {
  '': { name: 'root' },
  'services/x': { version: '1.0.0' },
  'node_modules/x': { resolved: 'services/x', link: true },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/elsewhere': { version: '1.0.0', integrity: 'sha512-e', optional: true },
};
const { '': _root, 'node_modules/elsewhere': _optional, ...THERE } = LOCK;

it('tells by what is there, not by how old it is', () => {
  const temp = createTempDir();
  onTestFinished(temp.remove);
  const folder = temp.path;
  mkdirSync(join(folder, 'node_modules'));
  const write = (name: string, packages: object) => writeFileSync(join(folder, name), JSON.stringify({ packages }));
  const installed = 'node_modules/.package-lock.json';
  write('package-lock.json', LOCK);
  expect(isInstalled(folder)).toBe(false);
  write(installed, THERE);
  utimesSync(join(folder, installed), 0, 0);
  expect(isInstalled(folder)).toBe(true);
  const a = THERE['node_modules/a'];
  for (const other of [
    { ...THERE, 'node_modules/a': { ...a, version: '2.0.0' } },
    { ...THERE, 'node_modules/a': { ...a, integrity: 'sha512-b' } },
    { ...THERE, 'node_modules/more': a },
    { 'services/x': THERE['services/x'], 'node_modules/x': THERE['node_modules/x'] },
  ]) {
    write(installed, other);
    expect(isInstalled(folder)).toBe(false);
  }
  writeFileSync(join(folder, installed), '{"packages": {');
  expect(isInstalled(folder)).toBe(false);
});

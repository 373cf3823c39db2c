// Whether the npm packages that are there are those that the lock file names. By what both say, not by their times: a checkout beside this one is
// younger than the packages that it shares.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} root of the repository */
export function isInstalled(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const there = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || there === undefined) return false;
  const isSame = (name) =>
    ['version', 'integrity', 'link'].every((member) => wanted[name]?.[member] === there[name]?.[member]);
  // An optional package is left out where the machine is another.
  return (
    Object.keys(there).every(isSame) &&
    Object.keys(wanted).every((name) => name === '' || name in there || wanted[name].optional)
  );
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined; // not there, or cut off while it was written
  }
}

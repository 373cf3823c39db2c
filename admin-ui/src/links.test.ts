// Links of the pages are relative to <base>: one that begins with a slash would leave the prefix that a proxy puts before this UI.

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const LEAVES = /(?:href=["{]`?|href: [`']|fetch\(['"`]|go\([`'])\//;

test('no link, no call and no way begins with a slash', () => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const files = globSync('**/*.{svelte,ts}', { cwd: folder }).filter((f) => !f.endsWith('.test.ts'));
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) =>
    readFileSync(`${folder}${file}`, 'utf8')
      .split('\n')
      .flatMap((line, at) => (LEAVES.test(line) ? [`${file}:${at + 1} ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});

// Contract: HERO_LOGIC_GROUPS is a JSON object of lists of names or a file with one; everything else is refused with the name of the variable.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '@hero-logic/platform/testing';
import { expect, it, onTestFinished } from 'vitest';
import { groupsConfig } from './groups-config.ts';

const GOOD = '{"finance": ["ana", "bo", "ana"], "ops": ["cy"]}';

it('reads groups from the variable or from a file', () => {
  const folder = createTempDir();
  onTestFinished(folder.remove);
  const file = join(folder.path, 'groups.json');
  writeFileSync(file, GOOD);
  for (const HERO_LOGIC_GROUPS of [GOOD, ` ${GOOD}`, file]) {
    expect([...groupsConfig({ HERO_LOGIC_GROUPS })]).toEqual([
      ['finance', new Set(['ana', 'bo'])],
      ['ops', new Set(['cy'])],
    ]);
  }
  expect(groupsConfig({}).size).toBe(0);
  expect(groupsConfig({ HERO_LOGIC_GROUPS: '{}' }).size).toBe(0);
});

it.each([
  ['{"finance": [', 'cannot be read'],
  ['/nowhere/groups.json', 'ENOENT'],
  ['{"finance": "ana"}', 'a list of names for "finance"'],
  ['{"finance": []}', 'a list of names for "finance"'],
  ['{"finance": ["ana", ""]}', 'a list of names for "finance"'],
  ['{"ops": ["cy"], "finance": ["ana", 5]}', 'a list of names for "finance"'],
  ['{"finance": {"ana": true}}', 'a list of names for "finance"'],
])('refuses %s', (HERO_LOGIC_GROUPS, what) => {
  const read = () => groupsConfig({ HERO_LOGIC_GROUPS });
  expect(read).toThrow(/^HERO_LOGIC_GROUPS /);
  expect(read).toThrow(what);
});

it.each(['["ana"]', 'null', '5'])('refuses a file with %s', (text) => {
  const folder = createTempDir();
  onTestFinished(folder.remove);
  const file = join(folder.path, 'groups.json');
  writeFileSync(file, text);
  expect(() => groupsConfig({ HERO_LOGIC_GROUPS: file })).toThrow(/^HERO_LOGIC_GROUPS must be a JSON object/);
});

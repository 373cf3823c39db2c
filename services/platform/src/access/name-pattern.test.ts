// Contract: a pattern takes exactly the names that a star for any characters allows, special characters mean themselves, and no pattern takes
// longer than its length and the name's.

import { expect, it } from 'vitest';
import { fitsPattern } from './name-pattern.ts';

it('takes what a star allows', () => {
  const yes = [
    'a|a',
    '*|',
    '*|x',
    'a*|a',
    'a*|abc',
    '*c|abc',
    'a*c|ac',
    'a*b*c|a-b-c',
    'a**c|abc',
    'a.c|a.c',
    '*ab|abab',
  ];
  const no = ['a|b', 'a*|xa', '*c|cx', 'a*c|a', 'aa*aa|aaa', 'a*b*c|acb', 'a.c|abc', '|a', 'A|a'];
  for (const line of yes) expect(fitsPattern(...(line.split('|') as [string, string])), line).toBe(true);
  for (const line of no) expect(fitsPattern(...(line.split('|') as [string, string])), line).toBe(false);
  expect(fitsPattern(`${'*a'.repeat(100)}b`, 'a'.repeat(200))).toBe(false);
});

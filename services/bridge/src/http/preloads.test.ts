// A page names its own files, by the shape of its path; an unknown page names none.

import { expect, test } from 'vitest';
import { preloadsOf } from './preloads.ts';

test('the files of a page are found by its path', () => {
  const of = preloadsOf('{"/plays":["assets/Plays.js"],"/plays/:sid":["assets/Play.js","assets/Play.css"]}');
  expect(of('/plays')).toBe('<link rel="modulepreload" crossorigin href="assets/Plays.js" />');
  expect(of('/plays/01k')).toBe(
    '<link rel="modulepreload" crossorigin href="assets/Play.js" /><link rel="stylesheet" crossorigin href="assets/Play.css" />',
  );
  expect([of('/plays/01k/more'), of('/nowhere'), preloadsOf('{}')('/')]).toEqual(['', '', '']);
});

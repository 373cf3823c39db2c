// Contract: `--help` wins over everything and ends with 0; what cannot be read is named in one line, with where to look, and ends with 2.

import { expect, it } from 'vitest';
import { readToolArguments, readToolNumber } from './tool-arguments.ts';

const OPTIONS = { seed: { type: 'string', default: '1' }, trace: { type: 'boolean', default: false } } as const;
const read = (...args: string[]) => readToolArguments('how to', OPTIONS, { args });

it('gives what was given, and the defaults', () => {
  expect(read('--seed', '7')).toMatchObject({ values: { seed: '7', trace: false }, positionals: [] });
  expect(readToolArguments('', OPTIONS, { args: ['one'], allowPositionals: true })).toMatchObject({
    positionals: ['one'],
  });
});

it('prints the text', () => {
  expect(read('--nonsense', '--help')).toEqual({ code: 0, text: 'how to' });
});

it('names what it does not know, in a line', () => {
  expect(read('--nonsense')).toEqual({ code: 2, text: "Unknown option '--nonsense'; see --help" });
  expect(read('--seed')).toMatchObject({
    code: 2,
    text: expect.stringMatching(/^Option '--seed.*argument missing; see --help$/),
  });
  expect(read('one')).toMatchObject({ code: 2, text: expect.stringContaining("'one'") });
});

it('takes numbers within their range alone', () => {
  expect([readToolNumber('seed', '7'), readToolNumber('wait', '0.5', { isWhole: false })]).toEqual([7, 0.5]);
  const refused = (text: string) => readToolNumber('seed', text, { least: 1, most: 9 });
  for (const text of ['x', '', '0', '10', '1.5', 'NaN', 'Infinity'])
    expect(refused(text)).toEqual({
      code: 2,
      text: `--seed takes a whole number from 1 to 9, not "${text}"; see --help`,
    });
});

import { expect, test } from 'vitest';
import { createLineSplitter } from './lines.ts';

// Lines come out whole and in order however the bytes are cut, also inside a character, and a line that is too long
// is reported once, before it is held in memory.

function split(chunks: Buffer[], maxLineBytes = 1000) {
  const lines: string[] = [];
  let tooLong = 0;
  const splitter = createLineSplitter({
    maxLineBytes,
    onLines: (batch) => lines.push(...batch),
    onTooLong: () => {
      tooLong += 1;
    },
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return { lines, tooLong };
}

test('gives the same lines for every way to cut the bytes', () => {
  const text = Buffer.from('{"a":1}\n\n{"b":"äöü €"}\nrest');
  const expected = ['{"a":1}', '', '{"b":"äöü €"}', 'rest'];
  for (let size = 1; size <= text.length; size += 1) {
    const chunks: Buffer[] = [];
    for (let start = 0; start < text.length; start += size) chunks.push(text.subarray(start, start + size));
    expect(split(chunks).lines).toEqual(expected);
  }
});

test('stops at a line above the limit and keeps those before it', () => {
  expect(
    split([Buffer.from('ok\n'), Buffer.from('x'.repeat(6)), Buffer.from('x'.repeat(6)), Buffer.from('\n')], 10),
  ).toEqual({
    lines: ['ok'],
    tooLong: 1,
  });
  expect(split([Buffer.from(`${'x'.repeat(10)}\n`)], 10)).toEqual({ lines: ['x'.repeat(10)], tooLong: 0 });
});

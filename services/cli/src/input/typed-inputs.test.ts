// Contract: --input values are typed by the declared inputs: strings as they are, the rest JSON passed on as written; an ill-typed
// value names the input and its type; @file, @- (any size) and @@ are read; --json is the base the pairs add to.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTempDir } from '@hero-logic/platform/testing';
import { FieldType } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import { afterAll, expect, test } from 'vitest';
import { UsageError } from '../core/usage-error.ts';
import { createReadValue } from './read-value.ts';
import { inputData } from './typed-inputs.ts';

const dir = createTempDir();
afterAll(() => dir.remove());

const fields = [
  { name: 'text', fieldType: FieldType.STRING },
  { name: 'n', fieldType: FieldType.NUMBER },
  { name: 'i', fieldType: FieldType.INTEGER },
  { name: 'b', fieldType: FieldType.BOOLEAN },
  { name: 'o', fieldType: FieldType.OBJECT },
  { name: 'a', fieldType: FieldType.ARRAY },
  { name: 'any', fieldType: FieldType.UNSPECIFIED },
];

const build = (pairs: string[], json?: string, stdin = '') =>
  inputData({ fields, pairs, json, read: createReadValue({ readStdin: async () => Buffer.from(stdin) }) });

test.each<[string, string]>([
  ['text=5', '{"text":"5"}'],
  ['text=', '{"text":""}'],
  ['text=a=b "c"', '{"text":"a=b \\"c\\""}'],
  ['text=@@home', '{"text":"@home"}'],
  ['n=1.0', '{"n":1.0}'],
  ['i=12345678901234567890', '{"i":12345678901234567890}'],
  ['b=true', '{"b":true}'],
  ['o={"z": 1, "a": [1]}', '{"o":{"z": 1, "a": [1]}}'],
  ['a=[1, 2]', '{"a":[1, 2]}'],
  ['any=7', '{"any":7}'],
  ['any=seven', '{"any":"seven"}'],
  ['unknown=x', '{"unknown":"x"}'],
])('%s', async (pair, expected) => {
  expect(await build([pair])).toBe(expected);
});

test.each<[string, string]>([
  ['n=abc', '--input n: must be a number, not abc'],
  ['i="5"', '--input i: must be an integer, not "5"'],
  ['b=yes', '--input b: must be a boolean (true or false), not yes'],
  ['o=[1]', '--input o: must be an object as JSON, such as {"key": 1}, not [1]'],
  ['a=', '--input a: must be an array as JSON, such as [1, 2], not empty'],
  ['novalue', '--input novalue: write it as name=value'],
  ['text=@nowhere.txt', '--input text: there is no file "nowhere.txt"; for a text that begins with @ write @@'],
])('%s is refused', async (pair, message) => {
  await expect(build([pair])).rejects.toThrow(new UsageError(message));
});

test('files and stdin, beyond 128 KiB, come through whole; stdin is read once', async () => {
  const large = 'é"\n'.repeat(200_000);
  writeFileSync(join(dir.path, 'f.txt'), large);
  expect(await build([`text=@${join(dir.path, 'f.txt')}`])).toBe(JSON.stringify({ text: large }));
  expect(await build(['text=@-'], undefined, large)).toBe(JSON.stringify({ text: large }));
  await expect(build(['text=@-', 'any=@-'], undefined, 'x')).rejects.toThrow('stdin was read for --input text already');
  writeFileSync(join(dir.path, 'bad'), Buffer.from([0xff, 0xfe]));
  await expect(build([`text=@${join(dir.path, 'bad')}`])).rejects.toThrow('not UTF-8');
});

test('--json goes as it is, pairs add to it and win; given twice is refused', async () => {
  expect(await build([])).toBe('');
  expect(await build([], '{"i": 1.0,  "x": 2}')).toBe('{"i": 1.0,  "x": 2}');
  expect(await build(['n=3'], '@-', '{"n": 1, "i": 9007199254740993}')).toBe('{"n":3,"i":9007199254740993}');
  await expect(build([], '[1]')).rejects.toThrow('must be an object');
  await expect(build([], '{')).rejects.toThrow('--json: is not JSON');
  await expect(build(['n=1', 'n=2'])).rejects.toThrow('--input n: given twice');
});

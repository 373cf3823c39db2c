import { expect, test } from 'vitest';
import { resultFromText } from './result.ts';

test('a text to read is shown as Markdown, the rest as JSON', () => {
  expect(resultFromText('{"report": "# A", "id": 9007199254740993}')).toEqual({
    markdown: '# A',
    json: '{\n  "id": 9007199254740993\n}',
  });
  expect(resultFromText('{"markdown": "x"}')).toEqual({ markdown: 'x', json: undefined });
  expect(resultFromText('{"answer": "plain"}')).toEqual({ markdown: 'plain', json: undefined });
  expect(resultFromText('{"text": "# A\\n\\nb", "n": 1}').markdown).toBe('# A\n\nb');
  expect(resultFromText('"hello"')).toEqual({ markdown: 'hello', json: undefined });
});

test('everything else is JSON, and nothing is nothing', () => {
  expect(resultFromText('{"a": "x", "b": "y"}')).toEqual({
    markdown: undefined,
    json: '{\n  "a": "x",\n  "b": "y"\n}',
  });
  const long = 'x'.repeat(100_001);
  expect(resultFromText(JSON.stringify(long))).toEqual({ markdown: undefined, json: long });
  expect(resultFromText(JSON.stringify({ report: long })).markdown).toBeUndefined();
  expect(resultFromText('[1]')).toEqual({ markdown: undefined, json: '[\n  1\n]' });
  expect(resultFromText('')).toEqual({ markdown: undefined, json: undefined });
});

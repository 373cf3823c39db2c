// Contract: exact is equality of JSON values; subset asks for what is expected and no more, with a tolerance for numbers; schema and flow as named.

import { createSchemaCheck } from '@hero-logic/platform';
import { describe, expect, it } from 'vitest';
import type { Scoring } from './benchmark.ts';
import { contains, scoreFromFlow, scoreOf } from './scoring.ts';

const schemas = createSchemaCheck();
const by = (method: Scoring['method'], tolerance = 0): Scoring => ({ method, tolerance, flow: '' });

describe('scoring', () => {
  it.each([
    ['exact', '{"a":1,"b":[1,2]}', '{"b":[1,2],"a":1.0}', 1],
    ['exact', '{"a":1}', '{"a":1,"b":2}', 0],
    ['exact', '12345678901234567890', '12345678901234567891', 0],
    ['subset', '{"a":{"x":1}}', '{"a":{"x":1,"y":2},"b":2}', 1],
    ['subset', '[{"a":1}]', '[{"a":1,"b":2}]', 1],
    ['subset', '[1]', '[1,2]', 0],
    ['subset', '{"a":null}', '{}', 0],
    ['subset', '"1"', '1', 0],
    ['schema', '{"type":"object","required":["a"]}', '{"a":1}', 1],
    ['schema', '{"type":"object","required":["a"]}', '{}', 0],
  ] as const)('%s: %s and %s give %i', (method, expected, output, score) => {
    expect(scoreOf(by(method), expected, output, schemas)).toBe(score);
  });

  it('lets numbers differ by the tolerance', () => {
    expect(contains('102', '100', 0.02)).toBe(true);
    expect(contains('-103', '-100', 0.02)).toBe(false);
    expect(contains('1e-9', '0', 0.5)).toBe(false);
    expect(contains('0.0', '0', 0.5)).toBe(true);
  });

  it('reads what a scoring flow returns', () => {
    expect(['0.5', '{"score":1,"why":"x"}', '1.5', '"1"', '{}', 'null'].map(scoreFromFlow)).toEqual([
      0.5,
      1,
      ...Array.from({ length: 4 }, () => undefined),
    ]);
  });
});

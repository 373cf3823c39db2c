// Contract: what a run of perf measured of a store goes over the times before, from whichever of its reports; what cannot be used is named.

import { expect, it } from 'vitest';
import { MEASURED } from './measured.ts';
import { readTimes } from './read-times.ts';

const file = (...times: object[]) =>
  JSON.stringify({ machine: {}, reports: [{ title: 'x' }, ...times.map((one) => ({ times: one }))] });

it('takes the times of the store, and leaves the others', () => {
  const text = file({ sqlite: { startMs: 7 }, mongodb: { startMs: 1 } }, { mongodb: { commitMs: 0.25 } });
  expect(readTimes(text, 'mongodb', MEASURED)).toEqual({ ...MEASURED, startMs: 1, commitMs: 0.25 });
  expect(readTimes(text, 'sqlite', MEASURED).startMs).toBe(7);
});

it('names what is wrong', () => {
  const read = (text: string) => () => readTimes(text, 'mongodb', MEASURED);
  expect(read('{')).toThrow(/is no JSON/);
  expect(read('{}')).toThrow(/has no reports; .*--json FILE/);
  expect(read(file({ sqlite: { startMs: 1 } }))).toThrow(/no times of the store "mongodb"/);
  expect(read(file({ mongodb: { startUs: 1 } }))).toThrow(/not known here: startUs/);
  for (const bad of [-1, '1', null])
    expect(read(file({ mongodb: { startMs: bad } }))).toThrow(/startMs of the store "mongodb"/);
});

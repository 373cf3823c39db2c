// A form of a trigger sends the spec that the server takes: pointers stay pointers, everything else is an expression, an empty mapping is none.

import { TriggerKind } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { expect, test } from 'vitest';
import { newTriggerDraft, specOf, timingOf } from './trigger-draft.ts';

const draft = newTriggerDraft('Europe/Berlin');
const spec = (changes: Partial<typeof draft>) => {
  const made = specOf({ ...draft, ...changes });
  return made.ok ? JSON.parse(made.spec) : Object.fromEntries(made.errors);
};

test('each kind has its spec, and what is missing is said at its field', () => {
  expect(spec({})).toEqual({ cron: '0 9 * * 1-5', time_zone: 'Europe/Berlin' });
  expect(spec({ kind: TriggerKind.ONCE })).toEqual({ spec: 'Choose a moment.' });
  expect(spec({ kind: TriggerKind.ONCE, at: '2027-03-01T09:00' })).toEqual({ at: new Date(2027, 2, 1, 9).getTime() });
  expect(spec({ input: '{' })).toEqual({ input_data: 'Is not JSON.' });
  const kind = TriggerKind.WEBHOOK;
  expect(spec({ kind })).toEqual({});
  expect(spec({ kind, slug: ' orders ', mapping: '{"customer": "/data/customer"}' })).toEqual({
    slug: 'orders',
    inputs: { customer: '/data/customer' },
  });
  expect(spec({ kind, mapping: '{"n": data.n + 1}' })).toEqual({ jsonata: '{"n": data.n + 1}' });
});

test('what is left empty is as usual, and a webhook has no due times', () => {
  expect(timingOf(draft)).toEqual({ pauseAfterFailures: 0 });
  const full = { ...draft, catchUpMinutes: 90, jitterSeconds: 30, pauseAfter: 3 };
  expect(timingOf(full)).toMatchObject({
    catchUpWindow: { seconds: 5400n },
    jitter: { seconds: 30n },
    pauseAfterFailures: 3,
  });
  expect(timingOf({ ...full, kind: TriggerKind.WEBHOOK })).toEqual({ pauseAfterFailures: 3 });
});

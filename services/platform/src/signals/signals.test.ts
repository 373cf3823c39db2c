// Contract: a wait subscribes before it first looks, so a change in between is not missed; it ends on a value, on its time, or when the caller goes.

import { expect, it } from 'vitest';
import { signalsConformance } from './signals.conformance.ts';
import { createInProcessSignals, waitUntil } from './signals.ts';

signalsConformance('one process', async () => {
  const signals = createInProcessSignals();
  return { ends: [signals, signals], close: async () => {} };
});

it('sees a change that happens during the first look', async () => {
  const signals = createInProcessSignals();
  let value: number | undefined;
  const found = await waitUntil({
    signals,
    topics: ['t'],
    timeoutMs: 60_000,
    check: async () => {
      const seen = value;
      if (value === undefined) {
        value = 7;
        signals.publish('t');
      }
      return seen;
    },
  });
  expect(found).toBe(7);
});

it('looks again without a signal, ends with its time and with its caller', async () => {
  const signals = createInProcessSignals();
  let looks = 0;
  const counted = await waitUntil({
    signals,
    topics: ['t'],
    timeoutMs: 60_000,
    recheckMs: 1,
    check: () => (++looks === 3 ? 'x' : undefined),
  });
  expect(counted).toBe('x');
  expect(await waitUntil({ signals, topics: [], timeoutMs: 5, check: () => undefined })).toBeUndefined();
  const caller = new AbortController();
  const gone = waitUntil({
    signals,
    topics: [],
    timeoutMs: Number.POSITIVE_INFINITY,
    abort: caller.signal,
    check: () => undefined,
  });
  caller.abort();
  expect(await gone).toBeUndefined();
});

// A play that chose its version by measurements says how; what cannot be read is no choice.

import { expect, test } from 'vitest';
import { versionChoiceOf } from './version-choice.ts';

test('the record of the server is read, also one with more than is known here', () => {
  const candidates = [{ version_sid: 'v', number: 3, score: 0.8, win_probability: 0.9, runs: 12 }];
  const recorded = { version_sid: 'v', confidence: 0.9, reasoning: 'It is right more often.', candidates, later: 1 };
  expect(versionChoiceOf(JSON.stringify(recorded))).toMatchObject({
    confidence: 0.9,
    candidates: [{ number: 3, winProbability: 0.9 }],
  });
  expect(versionChoiceOf('')).toBeUndefined();
  expect(versionChoiceOf('{"candidates": 5}')).toBeUndefined();
});

// Contract: in CI a skipped test is a failure that is named, unless it only runs when a variable in its name asks for it; elsewhere it is only named.

import { expect, it } from 'vitest';
import { unwantedSkips } from '../local/skips.mjs';

it('takes for a failure what CI should have run', () => {
  const names = [
    'mongodb keeps plays',
    'computes with numpy from an index (HERO_LOGIC_TEST_NUMPY=1)',
    'gRPC from Python',
  ];
  expect(unwantedSkips(names, true)).toEqual(['mongodb keeps plays', 'gRPC from Python']);
  expect(unwantedSkips(names, false)).toEqual([]);
});

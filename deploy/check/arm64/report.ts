// What the machine said (init.sh), as numbers. Each user's part counts by itself; one that never ended has failed.

import { type Counts, unittestCounts } from '../../local/unittest.mjs';

const USERS = ['root', 'an ordinary user'];

export function total(text: string): Counts {
  const each = USERS.map((user) => ofUser(text, user));
  const sum = (key: 'passed' | 'failed' | 'skipped') => each.reduce((all, counts) => all + counts[key], 0);
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    failures: each.flatMap(({ failures }) => failures),
  };
}

function ofUser(text: string, user: string): Counts {
  const part = text.split(`@@ begin ${user}\n`)[1] ?? '';
  const end = /^@@ end (\d+) /m.exec(part);
  if (end === null) {
    return { passed: 0, failed: 1, skipped: 0, failures: [`as ${user}: the tests did not come to their end`] };
  }
  const counts = unittestCounts(part.slice(0, end.index), Number(end[1]));
  return { ...counts, failures: counts.failures.map((failure) => `as ${user}: ${failure}`) };
}

// Every problem that the page names comes with its next action; queued plays are a problem once nobody takes them.

import { expect, test, vi } from 'vitest';
import type { Play } from '../../models/play.ts';

vi.stubGlobal('location', { origin: 'http://localhost' });
vi.stubGlobal('document', { baseURI: 'http://localhost/' });
const { problemsOf } = await import('./checks.ts');

const good = { service: 'Registry', does: '', ms: 3, error: undefined };
const queued = (createdAt: number) => ({ status: 'pending', createdAt }) as Play;
const overview = (under: Play[]) => ({ asking: [], questions: 0, under, resting: 0, more: false });

test('silent, slow and stuck are said with what to do', () => {
  expect(problemsOf([good], overview([queued(99_000)]), 100_000)).toEqual([]);
  const error = {
    kind: 'offline',
    message: 'The server does not answer.',
    reason: 'UNREACHABLE',
    retry: true,
    violations: [],
  } as const;
  const texts = problemsOf(
    [
      { ...good, error },
      { ...good, ms: 900 },
    ],
    overview([queued(1000)]),
    100_000,
  ).map((p) => `${p.text} ${p.next}`);
  expect(texts[0]).toMatch(/does not answer.*UNREACHABLE/);
  expect(texts[1]).toMatch(/900 ms/);
  expect(texts[2]).toMatch(/1 queued, the oldest for 99 s, and nothing runs\. No executor/);
  const busy = overview([queued(1000), { status: 'running' } as Play]);
  expect(problemsOf([good], busy, 100_000)[0]?.next).toMatch(/slots/);
});

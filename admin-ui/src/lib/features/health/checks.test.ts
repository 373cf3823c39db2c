// Every problem that the page names comes with its next action: silent services, executors that are gone, full or without a sandbox, a queue that
// stands, a store or signals that are away, late triggers.

import { expect, test, vi } from 'vitest';
import type { Executor, SystemHealth } from '../../models/system-health.ts';

vi.stubGlobal('location', { origin: 'http://localhost' });
vi.stubGlobal('document', { baseURI: 'http://localhost/' });
const { problemsOf } = await import('./checks.ts');

const good = { service: 'Registry', does: '', ms: 3, error: undefined };
const executor: Executor = {
  ...{ id: 'e1', state: 'takes', silentMs: 0, tier: 'A+', missing: [], slots: 4, free: 4, running: 0, hot: 8 },
  ...{ sandboxFailures: 0, busy: 0.1 },
};
const fine: SystemHealth = {
  at: 0,
  queue: { ready: 0, readyAgeMs: undefined, heldBack: 0, running: 0, questions: 0, resting: 0, triggerLagMs: 0 },
  executors: [executor],
  needs: [{ of: 'Scheduler', name: 'store', problem: '', answerMs: 1 }],
};
const said = (health: Partial<SystemHealth>) =>
  problemsOf([], { ...fine, ...health }).map((p) => `${p.text} ${p.next}`);

test('silent and slow services are said with what to do', () => {
  expect(problemsOf([good], fine)).toEqual([]);
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
    undefined,
  ).map((p) => `${p.text} ${p.next}`);
  expect(texts[0]).toMatch(/does not answer.*UNREACHABLE/);
  expect(texts[1]).toMatch(/900 ms/);
});

test('executors: none, silent, full, without a sandbox, too busy', () => {
  expect(said({ executors: [] })).toEqual([expect.stringMatching(/No executor is alive.*Start one/)]);
  const silent = { ...executor, id: 'e2', state: 'silent', silentMs: 60_000 } as const;
  expect(said({ executors: [executor, silent] })).toEqual([expect.stringMatching(/e2 has said nothing for 1 min/)]);
  expect(said({ executors: [silent] })[0]).toMatch(/No executor is alive/);
  const queue = { ...fine.queue, ready: 3, readyAgeMs: 99_000 };
  expect(said({ queue })).toEqual([
    expect.stringMatching(/3 plays ready to run, the next for 1 min 39 s.*No executor takes/),
  ]);
  const full = { ...executor, state: 'full', free: 0 } as const;
  expect(said({ queue, executors: [full] })).toEqual([expect.stringMatching(/All slots are taken/)]);
  const bad = { ...executor, sandboxFailures: 2, busy: 0.97, tier: 'D' };
  expect(said({ executors: [bad] })).toEqual([
    expect.stringMatching(/2 runs in a row.*doctor/),
    expect.stringMatching(/97 %/),
    expect.stringMatching(/tier D.*HERO_LOGIC_MIN_TIER/),
  ]);
});

test('stores, signals and triggers', () => {
  const need = { of: 'e1', name: 'signals', problem: 'is away', answerMs: 0 };
  expect(said({ needs: [need, { ...need, name: 'store', problem: 'gave no answer within 2 s' }] })).toEqual([
    expect.stringMatching(/signals of e1 is away.*REDIS_URL/),
    expect.stringMatching(/store of e1 gave no answer/),
  ]);
  expect(said({ queue: { ...fine.queue, triggerLagMs: 90_000 } })).toEqual([expect.stringMatching(/1 min 30 s late/)]);
});

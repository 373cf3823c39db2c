// What this page can see from outside: one small read per service, and how plays get along.

import { benchmarks } from '../../api/clients/benchmarks.ts';
import { plays } from '../../api/clients/plays.ts';
import { spans } from '../../api/clients/spans.ts';
import { workflows } from '../../api/clients/workflows.ts';
import { type ApiError, toApiError } from '../../api/errors.ts';
import { count, duration } from '../../models/format.ts';
import type { Executor, Queue, SystemHealth } from '../../models/system-health.ts';

export interface Check {
  readonly service: string;
  readonly does: string;
  readonly ms: number;
  readonly error: ApiError | undefined;
}

export interface Problem {
  readonly text: string;
  readonly next: string;
}

/** An id that nothing has. */
const NOBODY = '00000000000000000000000000';

const READS: readonly [string, string, (signal: AbortSignal) => Promise<unknown>][] = [
  ['Registry', 'flows, versions, examples', (signal) => workflows.listWorkflows({ pageSize: 1 }, { signal })],
  ['Scheduler', 'plays, questions', (signal) => plays.listPlays({ pageSize: 1 }, { signal })],
  ['Executor', 'steps, logs', (signal) => spans.listSpans({ playSid: NOBODY, pageSize: 1 }, { signal })],
  [
    'Bench',
    'benchmarks, choice of a version',
    (signal) => benchmarks.listBenchmarksForVersion({ versionSid: NOBODY, pageSize: 1 }, { signal }),
  ],
];

export function runChecks(signal: AbortSignal): Promise<Check[]> {
  return Promise.all(
    READS.map(async ([service, does, read]) => {
      const start = performance.now();
      let error: ApiError | undefined;
      try {
        await read(signal);
      } catch (caught) {
        error = toApiError(caught);
        if (error.kind === 'not-found') error = undefined;
      }
      return { service, does, ms: performance.now() - start, error };
    }),
  );
}

const SLOW_MS = 500;
const STUCK_MS = 30_000;
const LATE_MS = 30_000;
const BUSY = 0.9;

export function problemsOf(checks: readonly Check[], health: SystemHealth | undefined): Problem[] {
  return [...checks.flatMap(problemsOfCheck), ...(health === undefined ? [] : problemsOfSystem(health))];
}

function problemsOfCheck({ service, error, ms }: Check): Problem[] {
  if (error !== undefined) {
    const next = `Look into its log; the reason is ${error.reason}.`;
    return [{ text: `${service} does not answer: ${error.message}`, next }];
  }
  if (ms <= SLOW_MS) return [];
  return [
    {
      text: `${service} took ${Math.round(ms)} ms for a small read.`,
      next: 'Look at the load of its machine and its store.',
    },
  ];
}

function problemsOfSystem({ executors, queue, needs }: SystemHealth): Problem[] {
  const alive = executors.filter(({ state }) => state !== 'silent');
  const lateBy = duration(queue.triggerLagMs);
  return [
    ...(alive.length === 0
      ? [
          {
            text: 'No executor is alive: plays stay in the queue.',
            next: 'Start one, or read in its log why it ended.',
          },
        ]
      : stuck(queue, alive)),
    ...executors.flatMap((one) => problemsOfExecutor(one)),
    ...needs
      .filter(({ problem }) => problem !== '')
      .map(({ of, name, problem }) => ({
        text: `${name === 'store' ? 'The store' : 'The way of signals'} of ${of} ${problem}`,
        next:
          name === 'store'
            ? 'Look at its database and the network to it.'
            : 'Look at REDIS_URL. Nothing is lost meanwhile.',
      })),
    ...(queue.triggerLagMs > LATE_MS
      ? [{ text: `Triggers are ${lateBy} late.`, next: 'Look into the log of the scheduler and at its load.' }]
      : []),
  ];
}

function stuck({ ready, readyAgeMs = 0 }: Queue, alive: readonly Executor[]): Problem[] {
  if (readyAgeMs <= STUCK_MS) return [];
  const text = `${count(ready, 'play')} ready to run, the next for ${duration(readyAgeMs)}.`;
  if (alive.every(({ state }) => state === 'full')) {
    return [{ text, next: 'All slots are taken: add an executor or slots.' }];
  }
  return [{ text, next: 'No executor takes them: read why in the log of one.' }];
}

function problemsOfExecutor({ id, state, silentMs, sandboxFailures, busy, tier }: Executor): Problem[] {
  if (state === 'silent') {
    const text = `Executor ${id} has said nothing for ${duration(silentMs)}.`;
    return [{ text, next: 'It was killed, or cannot reach the scheduler. Its plays go on elsewhere.' }];
  }
  const found: Problem[] = [];
  if (sandboxFailures > 0) {
    const text = `Executor ${id}: ${count(sandboxFailures, 'run')} in a row found no working sandbox.`;
    found.push({ text, next: 'Run the doctor on its machine: hero-logic doctor.' });
  }
  if (busy > BUSY) {
    found.push({
      text: `Executor ${id} is busy ${Math.round(busy * 100)} % of its time.`,
      next: 'What it does is late: add an executor, or give it fewer slots.',
    });
  }
  if (tier === 'D') {
    found.push({
      text: `Plays on ${id} run without a sandbox (tier D).`,
      next: 'Run only flows that you trust there; HERO_LOGIC_MIN_TIER keeps it from happening.',
    });
  }
  return found;
}

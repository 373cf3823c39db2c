// What this page can see from outside: one small read per service, and how plays get along.

import { benchmarks, plays, spans, workflows } from '../../api/clients.ts';
import { type ApiError, toApiError } from '../../api/errors.ts';
import type { Overview } from '../frame/overview.svelte.ts';

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

export function problemsOf(checks: readonly Check[], overview: Overview | undefined, now: number): Problem[] {
  const problems = checks.flatMap(({ service, error, ms }): Problem[] => {
    if (error !== undefined) {
      return [
        {
          text: `${service} does not answer: ${error.message}`,
          next: `Look into its log; the reason is ${error.reason}.`,
        },
      ];
    }
    return ms > SLOW_MS
      ? [
          {
            text: `${service} took ${Math.round(ms)} ms for a small read.`,
            next: 'Look at the load of its machine and its store.',
          },
        ]
      : [];
  });
  const queued = (overview?.under ?? []).filter((p) => p.status === 'pending');
  const oldest = queued.reduce((min, p) => Math.min(min, p.createdAt ?? now), now);
  if (queued.length > 0 && now - oldest > STUCK_MS) {
    const idle = overview?.under.every((p) => p.status === 'pending') === true;
    problems.push({
      text: `${queued.length} queued, the oldest for ${Math.round((now - oldest) / 1000)} s${idle ? ', and nothing runs' : ''}.`,
      next: idle
        ? 'No executor takes plays: start one, or read why it refuses in its log.'
        : 'All slots are taken: add an executor or slots.',
    });
  }
  return problems;
}

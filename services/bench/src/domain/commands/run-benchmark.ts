// Plans a benchmark: every example of the version, so many times each. The loop starts its plays.

import type { Clock, NewSid, Signals } from '@hero-logic/platform';
import { HeroError, invalid } from '@hero-logic/platform';
import type { Benchmark, PlannedRun, Scoring } from '../benchmark.ts';
import type { BenchExample, BenchmarkStore, Library } from '../ports.ts';
import { BENCH_TOPIC } from '../topics.ts';

export interface RunBenchmarkDeps {
  readonly store: BenchmarkStore;
  readonly library: Library;
  readonly clock: Clock;
  readonly newSid: NewSid;
  readonly signals: Signals;
}

export interface RunBenchmark {
  readonly workflowSid: string;
  /** Empty = the current one. */
  readonly versionSid: string;
  readonly exampleSids: readonly string[];
  readonly repeats: number;
  readonly concurrency: number;
  readonly scoring: Scoring;
  readonly budgetMs: number;
  readonly budgetUsd: number;
}

const MOST_RUNS = 10_000;

export async function runBenchmark(deps: RunBenchmarkDeps, run: RunBenchmark): Promise<Benchmark> {
  const { workflowSid, scoring } = run;
  const version = await deps.library.version(workflowSid, run.versionSid);
  if (scoring.method === 'flow' && scoring.flow === '') {
    throw invalid([{ field: 'scoring.flow', description: 'is required for scoring by a flow' }]);
  }
  const all = await deps.library.examples(workflowSid);
  const examples = chosen(all, run.exampleSids, version.sid);
  if (examples.length === 0) {
    throw new HeroError(
      'WORKFLOW_HAS_NO_EXAMPLE',
      'the workflow has no example for this version; add one with example_upsert',
      {
        metadata: { workflow_sid: workflowSid, version_sid: version.sid },
      },
    );
  }
  const plan = planOf(examples, run.repeats);
  if (plan.length > MOST_RUNS) {
    throw invalid([
      { field: 'repeats', description: `makes ${plan.length} runs; a benchmark has at most ${MOST_RUNS}` },
    ]);
  }
  const benchmark: Benchmark = {
    sid: deps.newSid(),
    workflowSid,
    versionSid: version.sid,
    versionNumber: version.number,
    createdAt: deps.clock.now(),
    status: 'running',
    plannedRuns: plan.length,
    concurrency: run.concurrency,
    scoring,
    budgetMs: run.budgetMs,
    budgetUsd: run.budgetUsd,
    stopReason: '',
  };
  await deps.store.add(benchmark, plan);
  deps.signals.publish(BENCH_TOPIC);
  return benchmark;
}

function chosen(all: readonly BenchExample[], sids: readonly string[], versionSid: string): BenchExample[] {
  const fits = (e: BenchExample) => e.versionSid === '' || e.versionSid === versionSid;
  if (sids.length === 0) return all.filter(fits);
  return [...new Set(sids)].map((sid, i) => {
    const found = all.find((e) => e.sid === sid);
    if (found === undefined) {
      throw new HeroError('EXAMPLE_NOT_FOUND', `the workflow has no example ${sid}`, {
        metadata: { example_sid: sid },
      });
    }
    if (!fits(found))
      throw invalid([{ field: `example_sids[${i}]`, description: `is only for version ${found.versionSid}` }]);
    return found;
  });
}

/** Once through all examples, then again: a benchmark that is stopped early has seen most of them. */
function planOf(examples: readonly BenchExample[], repeats: number): PlannedRun[] {
  return Array.from({ length: repeats }, () => examples)
    .flat()
    .map(({ sid }, index) => ({ index, exampleSid: sid }));
}

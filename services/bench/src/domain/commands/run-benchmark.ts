// Plans a benchmark: every example that fits the version, so many times each. The loop has further inputs thought of where that is asked, and starts
// the plays.

import { createHash } from 'node:crypto';
import { type Clock, HeroError, invalid, type NewSid, type SchemaCheck, type Signals } from '@hero-logic/platform';
import { type Benchmark, type PlannedRun, planOf, type Scoring } from '../benchmark.ts';
import { valuesProblems } from '../input-problems.ts';
import type { BenchExample, BenchmarkStore, Library, ResolvedVersion } from '../ports.ts';
import { BENCH_TOPIC } from '../topics.ts';

export interface RunBenchmarkDeps {
  readonly store: BenchmarkStore;
  readonly library: Library;
  readonly schemas: SchemaCheck;
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
  /** Empty = each call starts one. */
  readonly requestId: string;
  /** Inputs that a flow is to think of; 0 = none. */
  readonly generate: number;
  readonly generateFlow: string;
}

const MOST_RUNS = 10_000;
const MOST_NAMED = 50;

export async function runBenchmark(deps: RunBenchmarkDeps, run: RunBenchmark): Promise<Benchmark> {
  const earlier = run.requestId === '' ? undefined : await deps.store.findByRequest(run.requestId);
  if (earlier !== undefined) return sameRequest(earlier, run);
  const version = await deps.library.version(run.workflowSid, run.versionSid);
  await requireRunnable(deps, run, version);
  const { examples, leftOut } = chosen(deps, await deps.library.examples(run.workflowSid), run, version);
  if (examples.length === 0 && run.generate === 0) throw noExample(run.workflowSid, version, leftOut);
  const plan = planOf(examples, run.repeats);
  requireSize(plan.length + run.generate * run.repeats);
  const benchmark = newBenchmark(deps, run, version, { plan, leftOut });
  const stored = await deps.store.add(benchmark, plan);
  if (stored.sid !== benchmark.sid) return sameRequest(stored, run);
  deps.signals.publish(BENCH_TOPIC);
  return stored;
}

function newBenchmark(
  { newSid, clock }: RunBenchmarkDeps,
  run: RunBenchmark,
  version: ResolvedVersion,
  planned: { readonly plan: readonly PlannedRun[]; readonly leftOut: Benchmark['leftOut'] },
): Benchmark {
  const { workflowSid, concurrency, scoring, budgetMs, budgetUsd, requestId, repeats } = run;
  const plannedSids = [...new Set(planned.plan.map(({ exampleSid }) => exampleSid))];
  return {
    sid: newSid(),
    workflowSid,
    versionSid: version.sid,
    versionNumber: version.number,
    createdAt: clock.now(),
    status: 'running',
    plannedRuns: planned.plan.length,
    ...{ concurrency, scoring, budgetMs, budgetUsd, requestId },
    requestDigest: digestOf(run),
    stopReason: '',
    leftOut: planned.leftOut,
    ...(run.generate === 0
      ? {}
      : { toGenerate: { flow: run.generateFlow, count: run.generate, repeats, plannedSids } }),
  };
}

/** IDEMPOTENCY_KEY_REUSED: the id was another request's. */
function sameRequest(earlier: Benchmark, run: RunBenchmark): Benchmark {
  if (earlier.requestDigest === digestOf(run)) return earlier;
  throw new HeroError(
    'IDEMPOTENCY_KEY_REUSED',
    `request_id was used for benchmark ${earlier.sid} with another request; take a new one for a new benchmark`,
    { metadata: { benchmark_sid: earlier.sid } },
  );
}

function digestOf({ requestId: _, ...asked }: RunBenchmark): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}

async function requireRunnable(deps: RunBenchmarkDeps, run: RunBenchmark, version: ResolvedVersion): Promise<void> {
  const { method, flow } = run.scoring;
  if (version.archived) {
    throw new HeroError('WORKFLOW_ARCHIVED', `workflow "${version.workflowName}" is archived and starts nothing`, {
      metadata: { workflow_sid: run.workflowSid },
    });
  }
  if (method === 'flow' && flow === '') {
    throw invalid([{ field: 'scoring.flow', description: 'is required for scoring by a flow' }]);
  }
  if (method === 'flow') await deps.library.requireFlow(flow);
  if (run.generate > 0) await deps.library.requireFlow(run.generateFlow);
}

function requireSize(runs: number): void {
  if (runs <= MOST_RUNS) return;
  throw invalid([{ field: 'repeats', description: `makes ${runs} runs; a benchmark has at most ${MOST_RUNS}` }]);
}

/** Those that are named, each of which has to fit the version; else all that are for it, without those that do not fit. */
function chosen(
  { schemas }: RunBenchmarkDeps,
  all: readonly BenchExample[],
  { exampleSids }: RunBenchmark,
  version: ResolvedVersion,
): { readonly examples: readonly string[]; readonly leftOut: Benchmark['leftOut'] } {
  const unfit = (e: BenchExample) =>
    valuesProblems(new Map(Object.entries(e.inputValues)), version.inputs, schemas).join('; ');
  if (exampleSids.length > 0) return { examples: named(all, exampleSids, version, unfit), leftOut: [] };
  const meant = all.filter((e) => e.versionSid === '' || e.versionSid === version.sid);
  const judged = meant.map((e) => ({ exampleSid: e.sid, reason: unfit(e) }));
  return {
    examples: judged.filter(({ reason }) => reason === '').map(({ exampleSid }) => exampleSid),
    leftOut: judged.filter(({ reason }) => reason !== ''),
  };
}

function named(
  all: readonly BenchExample[],
  exampleSids: readonly string[],
  version: ResolvedVersion,
  unfit: (example: BenchExample) => string,
): string[] {
  const problems = exampleSids.flatMap((sid, i) => {
    const found = all.find((e) => e.sid === sid);
    if (found === undefined) {
      throw new HeroError('EXAMPLE_NOT_FOUND', `the workflow has no example ${sid}`, {
        metadata: { example_sid: sid },
      });
    }
    const isOther = found.versionSid !== '' && found.versionSid !== version.sid;
    const description = isOther ? `is only for version ${found.versionSid}` : unfit(found);
    if (description === '') return [];
    const what = isOther ? description : `does not fit version ${version.number}: ${description}; change the example`;
    return [{ field: `example_sids[${i}]`, description: what }];
  });
  if (problems.length > 0) throw invalid(problems);
  return [...new Set(exampleSids)];
}

function noExample(workflowSid: string, version: ResolvedVersion, leftOut: Benchmark['leftOut']): HeroError {
  const metadata = { workflow_sid: workflowSid, version_sid: version.sid };
  const message =
    leftOut.length === 0
      ? 'the workflow has no example for this version; add one with example_upsert, or have a flow think of some (generate)'
      : `no example of the workflow fits version ${version.number}; change them, or have a flow think of others (generate)`;
  const violations = leftOut.slice(0, MOST_NAMED).map(({ exampleSid, reason }) => ({
    field: `example ${exampleSid}`,
    description: reason,
  }));
  return new HeroError('WORKFLOW_HAS_NO_EXAMPLE', message, { metadata, violations });
}

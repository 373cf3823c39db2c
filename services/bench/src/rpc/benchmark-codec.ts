// Benchmarks in and out of protobuf.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timeToPb } from '@hero-logic/platform';
import {
  type Benchmark as BenchmarkPb,
  BenchmarkSchema,
  BenchmarkStatus as PbBenchmarkStatus,
  RunStatus as PbRunStatus,
  ScoringMethod as PbScoringMethod,
  type Scoring as ScoringPb,
} from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import type { RunBenchmarkRequest } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import type { BenchmarkStatus, RunResult, RunStatus, Scoring, ScoringMethod } from '../domain/benchmark.ts';
import { INVENT_INPUTS } from '../domain/commands/generate-examples.ts';
import type { RunBenchmark } from '../domain/commands/run-benchmark.ts';
import { exampleResults, meanDifficulty } from '../domain/example-difficulty.ts';
import type { StoredBenchmark } from '../domain/ports.ts';
import { summarise } from '../domain/summary.ts';

const DEFAULT_CONCURRENCY = 4;

const STATUSES: Record<BenchmarkStatus, PbBenchmarkStatus> = {
  running: PbBenchmarkStatus.RUNNING,
  done: PbBenchmarkStatus.DONE,
  cancelled: PbBenchmarkStatus.CANCELLED,
  failed: PbBenchmarkStatus.FAILED,
};

const RUN_STATUSES: Record<RunStatus, PbRunStatus> = {
  success: PbRunStatus.SUCCESS,
  failed: PbRunStatus.FAILED,
  timeout: PbRunStatus.TIMEOUT,
  paused: PbRunStatus.PAUSED,
};

const METHODS: Record<ScoringMethod, PbScoringMethod> = {
  exact: PbScoringMethod.EXACT,
  subset: PbScoringMethod.SUBSET,
  schema: PbScoringMethod.SCHEMA,
  flow: PbScoringMethod.FLOW,
};

export function benchmarkToPb({ benchmark, runs }: StoredBenchmark): BenchmarkPb {
  const results = runs.map(({ result }) => result);
  const summary = summarise(results);
  return create(BenchmarkSchema, {
    sid: benchmark.sid,
    workflowSid: benchmark.workflowSid,
    workflowVersionSid: benchmark.versionSid,
    versionNumber: benchmark.versionNumber,
    createdAt: timeToPb(benchmark.createdAt),
    ...(benchmark.completedAt === undefined ? {} : { completedAt: timeToPb(benchmark.completedAt) }),
    status: STATUSES[benchmark.status],
    numRuns: summary.numRuns,
    plannedRuns: benchmark.plannedRuns,
    successRate: summary.successRate,
    accuracy: summary.accuracy,
    avgDurationMs: summary.avgDurationMs,
    minDurationMs: summary.minDurationMs,
    maxDurationMs: summary.maxDurationMs,
    p50DurationMs: summary.p50DurationMs,
    p95DurationMs: summary.p95DurationMs,
    failedRuns: summary.failedRuns,
    timeoutRuns: summary.timeoutRuns,
    pausedRuns: summary.pausedRuns,
    score: summary.score,
    costUsd: summary.cost,
    totalRetries: summary.totalRetries,
    avgTokensPrompt: summary.avgTokensPrompt,
    avgTokensCompletion: summary.avgTokensCompletion,
    estimatedCostUsd: summary.costUsd,
    difficultyRating: meanDifficulty(results),
    examples: exampleResults(results),
    leftOut: benchmark.leftOut,
    generated: benchmark.generated,
    scoring: scoringToPb(benchmark.scoring),
    concurrency: benchmark.concurrency,
    stopReason: benchmark.stopReason,
    runs: results.map(runToPb),
  } as MessageInitShape<typeof BenchmarkSchema>);
}

function runToPb(run: RunResult) {
  return {
    playSid: run.playSid,
    exampleSid: run.exampleSid,
    inputValues: run.inputValues,
    status: RUN_STATUSES[run.status],
    durationMs: BigInt(Math.round(run.durationMs)),
    retries: run.retries,
    tokensPrompt: run.tokensPrompt === undefined ? undefined : BigInt(run.tokensPrompt),
    tokensCompletion: run.tokensCompletion === undefined ? undefined : BigInt(run.tokensCompletion),
    costUsd: run.costUsd,
    score: run.score,
    error: run.error,
  };
}

function scoringToPb({ method, tolerance, flow }: Scoring) {
  return { method: METHODS[method], tolerance, flow };
}

export function runBenchmarkFromPb(request: RunBenchmarkRequest): RunBenchmark {
  return {
    workflowSid: request.workflowSid,
    versionSid: request.versionSid,
    exampleSids: request.exampleSids,
    repeats: request.repeats || 1,
    concurrency: request.concurrency || DEFAULT_CONCURRENCY,
    scoring: scoringFromPb(request.scoring),
    budgetMs: Number(request.budgetMs),
    budgetUsd: request.budgetUsd,
    requestId: request.requestId,
    generate: request.generate,
    generateFlow: request.generateFlow || INVENT_INPUTS,
  };
}

function scoringFromPb(scoring: ScoringPb | undefined): Scoring {
  const method = Object.entries(METHODS).find(([, pb]) => pb === scoring?.method)?.[0] as ScoringMethod | undefined;
  return { method: method ?? 'exact', tolerance: scoring?.tolerance ?? 0, flow: scoring?.flow ?? '' };
}

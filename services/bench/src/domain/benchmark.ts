// A benchmark and its runs, as pure functions from one state to the next.
//
//   running -> done | cancelled | failed
//
// A run is planned with the benchmark or once its inputs have been thought of, has a play once it is started, and a result once that play has ended. An ended benchmark never changes.

export type BenchmarkStatus = 'running' | 'done' | 'cancelled' | 'failed';
export type RunStatus = 'success' | 'failed' | 'timeout' | 'paused';
export type ScoringMethod = 'exact' | 'subset' | 'schema' | 'flow';

export interface Scoring {
  readonly method: ScoringMethod;
  /** For subset: numbers may differ by this share of the expected one. */
  readonly tolerance: number;
  /** For flow: its name. */
  readonly flow: string;
}

export interface Benchmark {
  readonly sid: string;
  readonly workflowSid: string;
  readonly versionSid: string;
  readonly versionNumber: number;
  readonly createdAt: number;
  readonly completedAt?: number | undefined;
  readonly status: BenchmarkStatus;
  readonly plannedRuns: number;
  readonly concurrency: number;
  readonly scoring: Scoring;
  /** Milliseconds and US dollars after which no run is started; the end of the time also cancels those under way. 0 = no end. */
  readonly budgetMs: number;
  readonly budgetUsd: number;
  readonly stopReason: string;
  /** Under which the request may be repeated, and a digest of the request; empty = it may not. */
  readonly requestId: string;
  readonly requestDigest: string;
  /** What a flow is still to think of. */
  readonly toGenerate?: ToGenerate | undefined;
  readonly generated?: GeneratedInputs | undefined;
  /** Examples that do not fit the version. */
  readonly leftOut: readonly { readonly exampleSid: string; readonly reason: string }[];
}

export interface ToGenerate {
  readonly flow: string;
  readonly count: number;
  readonly repeats: number;
  /** Examples that are planned already. */
  readonly plannedSids: readonly string[];
}

export interface GeneratedInputs {
  readonly flow: string;
  readonly exampleSids: readonly string[];
  readonly rejected: readonly string[];
}

/** One as a store kept it; what older ones do not have is as it was then. */
export function benchmarkOf(doc: string): Benchmark {
  const missing: Partial<Benchmark> = { requestId: '', requestDigest: '', leftOut: [] };
  return { ...missing, ...(JSON.parse(doc) as Benchmark) };
}

/** A run that was planned. */
export interface PlannedRun {
  /** 0, 1, ... within the benchmark. */
  readonly index: number;
  readonly exampleSid: string;
}

export interface RunResult {
  readonly playSid: string;
  readonly exampleSid: string;
  /** Input name to JSON text. */
  readonly inputValues: Readonly<Record<string, string>>;
  readonly status: RunStatus;
  readonly durationMs: number;
  readonly retries: number;
  readonly tokensPrompt?: number | undefined;
  readonly tokensCompletion?: number | undefined;
  readonly costUsd?: number | undefined;
  /** What the scoring flow cost: part of what a budget of money counts, not of what the version costs. */
  readonly scoringCostUsd?: number | undefined;
  /** 0 to 1; absent = nothing to compare with. */
  readonly score?: number | undefined;
  readonly error: string;
}

export interface EndedRun {
  readonly index: number;
  readonly result: RunResult;
}

/** Once through all examples, then again: a benchmark that is stopped early has seen most of them. */
export function planOf(exampleSids: readonly string[], repeats: number, firstIndex = 0): PlannedRun[] {
  return Array.from({ length: repeats }, () => exampleSids)
    .flat()
    .map((exampleSid, i) => ({ index: firstIndex + i, exampleSid }));
}

/** Why a wait is given up when the process stops: what it waited for runs on, and is found by its key at the next start. */
export const GOES_ON = new Error('the benchmark goes on at the next start');

/** What a run takes from a budget of money. */
export function spentOn({ costUsd = 0, scoringCostUsd = 0 }: RunResult): number {
  return costUsd + scoringCostUsd;
}

/** Why a budget of money cannot be kept once this run has ended; nothing while it can, or where there is none. */
export function unpriced({ budgetUsd }: Benchmark, run: RunResult): string | undefined {
  const hasTokens = (run.tokensPrompt ?? run.tokensCompletion) !== undefined;
  if (budgetUsd === 0 || run.costUsd !== undefined || !hasTokens) return undefined;
  return `the budget of ${budgetUsd} US dollars cannot be kept: play ${run.playSid} used tokens that have no price; add its model to the price table`;
}

/** The key under which the play of a run is started: a run that is started twice, after a crash, is one play. */
export function runKey(benchmarkSid: string, index: number): string {
  return `benchmark:${benchmarkSid}:${index}`;
}

/** The key under which the flow that thinks of inputs is started. */
export function generateKey(benchmarkSid: string): string {
  return `benchmark:${benchmarkSid}:generate`;
}

/** Why no further run is to be started; nothing while there is budget. */
export function overBudget(benchmark: Benchmark, costUsd: number, now: number): string | undefined {
  const { budgetMs, budgetUsd, createdAt } = benchmark;
  if (budgetMs > 0 && now - createdAt >= budgetMs) return `the budget of ${budgetMs} ms is used up`;
  if (budgetUsd > 0 && costUsd >= budgetUsd) return `the budget of ${budgetUsd} US dollars is used up`;
  return undefined;
}

export function ended(
  benchmark: Benchmark,
  status: Exclude<BenchmarkStatus, 'running'>,
  now: number,
  why = '',
): Benchmark {
  if (benchmark.status !== 'running') return benchmark;
  return { ...benchmark, status, completedAt: now, stopReason: why };
}

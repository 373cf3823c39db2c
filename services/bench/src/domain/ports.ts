// What the domain needs of the outside, in its own words.

import type { Benchmark, EndedRun, PlannedRun, RunStatus } from './benchmark.ts';

export interface StoredBenchmark {
  readonly benchmark: Benchmark;
  /** Runs that have ended, by index. */
  readonly runs: readonly EndedRun[];
}

export interface BenchmarkPage {
  /** One of the two. */
  readonly workflowSid?: string;
  readonly versionSid?: string;
  /** Only those before this sid; empty = from the newest. */
  readonly beforeSid: string;
  readonly limit: number;
}

export interface BenchmarkStore {
  /** Gives the one that is there with its request id, if there is one, and adds nothing then. */
  add(benchmark: Benchmark, plan: readonly PlannedRun[]): Promise<Benchmark>;
  findByRequest(requestId: string): Promise<Benchmark | undefined>;
  /** Adds runs to one that is running and changes it; a run that is planned already stays. What it is after that. */
  extendPlan(
    sid: string,
    runs: readonly PlannedRun[],
    decide: (benchmark: Benchmark) => Benchmark,
  ): Promise<Benchmark | undefined>;
  find(sid: string): Promise<StoredBenchmark | undefined>;
  /** Newest first. */
  list(page: BenchmarkPage): Promise<StoredBenchmark[]>;
  listRunning(): Promise<string[]>;
  latestDone(versionSid: string): Promise<StoredBenchmark | undefined>;
  /** Runs that have no result yet. */
  openRuns(sid: string): Promise<PlannedRun[]>;
  /** Keeps the first result of a run; false when there is one or the benchmark has ended. */
  addResult(sid: string, run: EndedRun): Promise<boolean>;
  /** What it is after the change. */
  change(sid: string, decide: (benchmark: Benchmark) => Benchmark): Promise<Benchmark | undefined>;
}

export interface BenchExample {
  readonly sid: string;
  readonly versionSid: string;
  readonly inputValues: Readonly<Record<string, string>>;
  /** JSON text; empty = nothing to compare with. */
  readonly expectedOutput: string;
}

export interface BenchVersion {
  readonly sid: string;
  readonly number: number;
}

export interface ResolvedVersion extends BenchVersion {
  readonly workflowName: string;
  readonly archived: boolean;
  readonly inputs: readonly DeclaredInput[];
}

export interface BenchWorkflow {
  readonly name: string;
  readonly namespace: string;
  readonly currentVersionSid: string;
  /** Newest first. */
  readonly versions: readonly BenchVersion[];
}

export interface DeclaredInput {
  readonly name: string;
  /** "string", ...; empty = any JSON value. */
  readonly type: string;
  readonly description: string;
  readonly required: boolean;
  /** JSON texts; empty = none. */
  readonly default: string;
  readonly schema: string;
}

export interface NewExample {
  readonly name: string;
  readonly description: string;
  readonly inputValues: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
}

export interface Library {
  /** WORKFLOW_NOT_FOUND. */
  workflow(workflowSid: string): Promise<BenchWorkflow>;
  /** Of any workflow when `workflowSid` is empty; the current one when `versionSid` is. VERSION_NOT_FOUND, WORKFLOW_HAS_NO_VERSION. */
  version(workflowSid: string, versionSid: string): Promise<ResolvedVersion>;
  /** WORKFLOW_NOT_FOUND: no flow has this name. */
  requireFlow(name: string): Promise<void>;
  examples(workflowSid: string): Promise<BenchExample[]>;
  /** Creates or replaces it, by name; gives its sid. */
  saveExample(workflowSid: string, example: NewExample): Promise<string>;
}

/** A play that has come to rest. */
export interface PlayOutcome {
  readonly playSid: string;
  readonly status: RunStatus;
  /** JSON text, for success. */
  readonly output: string;
  readonly durationMs: number;
  readonly costUsd?: number | undefined;
  readonly tokensPrompt?: number | undefined;
  readonly tokensCompletion?: number | undefined;
  readonly error: string;
}

export interface FlowReply {
  readonly playSid: string;
  /** JSON text; undefined = it did not succeed. */
  readonly output?: string | undefined;
  /** Why it did not. */
  readonly error: string;
  readonly costUsd?: number | undefined;
}

/** What a version's ordinary plays came to of late. */
export interface PlayFigures {
  readonly succeeded: boolean;
  readonly durationMs: number;
  readonly costUsd?: number | undefined;
}

export interface StartBenchPlay {
  readonly workflowSid: string;
  readonly versionSid: string;
  readonly exampleSid: string;
  readonly key: string;
  readonly benchmarkSid: string;
}

/** A flow that helps: it scores, rates or thinks of inputs. */
export interface CalledFlow {
  readonly flow: string;
  /** Where it is looked up: that of the workflow it helps. */
  readonly namespace: string;
  readonly inputData: string;
  /** The same key is the same play; empty = none. */
  readonly key: string;
}

export interface Plays {
  /** Starts it, or finds the one that was started under the key; gives its sid. */
  start(start: StartBenchPlay): Promise<string>;
  /** Waits until it has ended or asks what nobody answers; then it is cancelled and counts as paused. An abort cancels it, but for GOES_ON. */
  outcome(playSid: string, abort: AbortSignal): Promise<PlayOutcome>;
  cancel(playSid: string, reason: string): Promise<void>;
  /** Runs a flow of the library to its end. */
  call(called: CalledFlow, abort: AbortSignal): Promise<FlowReply>;
  /** Attempts beyond the first, of all its spans. */
  retries(playSid: string): Promise<number>;
  /** The last plays of a version that ended by themselves, without those of benchmarks. */
  recent(versionSid: string, limit: number): Promise<PlayFigures[]>;
}

// One run of a benchmark: its play, to its end; then what it came to.

import type { SchemaCheck } from '@hero-logic/platform';
import { type Benchmark, type PlannedRun, type RunResult, runKey } from '../benchmark.ts';
import type { BenchExample, Library, PlayOutcome, Plays } from '../ports.ts';
import { scoreFromFlow, scoreOf } from '../scoring.ts';

export interface PerformDeps {
  readonly plays: Plays;
  readonly library: Pick<Library, 'workflow'>;
  readonly schemas: SchemaCheck;
}

export async function performRun(
  deps: PerformDeps,
  benchmark: Benchmark,
  run: PlannedRun,
  example: BenchExample,
  abort: AbortSignal,
): Promise<RunResult> {
  const playSid = await deps.plays.start({
    workflowSid: benchmark.workflowSid,
    versionSid: benchmark.versionSid,
    exampleSid: run.exampleSid,
    key: runKey(benchmark.sid, run.index),
    benchmarkSid: benchmark.sid,
  });
  const outcome = await deps.plays.outcome(playSid, abort);
  const retries = await deps.plays.retries(playSid);
  const { score, problem, scoringCostUsd } = await scoreRun(deps, benchmark, run, example, outcome, abort);
  return {
    playSid,
    exampleSid: run.exampleSid,
    inputValues: example.inputValues,
    status: outcome.status,
    durationMs: outcome.durationMs,
    retries,
    tokensPrompt: outcome.tokensPrompt,
    tokensCompletion: outcome.tokensCompletion,
    costUsd: outcome.costUsd,
    scoringCostUsd,
    score,
    error: outcome.error === '' ? problem : outcome.error,
  };
}

async function scoreRun(
  deps: PerformDeps,
  { sid, workflowSid, scoring }: Benchmark,
  run: PlannedRun,
  example: BenchExample,
  outcome: PlayOutcome,
  abort: AbortSignal,
): Promise<{ score?: number; problem: string; scoringCostUsd?: number | undefined }> {
  const expected = example.expectedOutput;
  if (expected === '' || outcome.status !== 'success') return { problem: '' };
  if (scoring.method !== 'flow')
    return { score: scoreOf(scoring, expected, outcome.output, deps.schemas), problem: '' };
  const members = Object.entries(example.inputValues).map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  const input = `{"output":${outcome.output},"expected":${expected},"input":{${members.join(',')}}}`;
  const { namespace } = await deps.library.workflow(workflowSid);
  const called = { flow: scoring.flow, namespace, inputData: input, key: `${runKey(sid, run.index)}:score` };
  const reply = await deps.plays.call(called, abort);
  const score = reply.output === undefined ? undefined : scoreFromFlow(reply.output);
  const scoringCostUsd = reply.costUsd;
  if (score !== undefined) return { score, problem: '', scoringCostUsd };
  const why = reply.output === undefined ? `: ${reply.error}` : '';
  const problem = `the scoring flow ${scoring.flow} gave no number from 0 to 1${why} (play ${reply.playSid})`;
  return { problem, scoringCostUsd };
}

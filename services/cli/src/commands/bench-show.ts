// bench show SID and bench cancel SID: a benchmark's figures and runs.

import {
  type Benchmark,
  BenchmarkSchema,
  BenchmarkStatus,
  RunStatus,
} from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import type { Io } from '../core/io.ts';
import { toJson } from '../core/to-json.ts';
import { duration } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';
import { clean } from '../text/width.ts';

const MOST_RUNS = 50;

export async function benchShow(context: Context, args: { readonly benchmark: string }): Promise<ExitCode> {
  return print(context, await context.clients.benchmarks.getBenchmark({ benchmarkSid: args.benchmark }));
}

export async function benchCancel(context: Context, args: { readonly benchmark: string }): Promise<ExitCode> {
  return print(context, await context.clients.benchmarks.cancelBenchmark({ benchmarkSid: args.benchmark }));
}

function print({ io, json }: Context, benchmark: Benchmark): ExitCode {
  io.out(
    json ? `${JSON.stringify(toJson(BenchmarkSchema, benchmark))}\n` : `${benchmarkLines(benchmark, io).join('\n')}\n`,
  );
  return EXIT.ok;
}

export function benchmarkLines(benchmark: Benchmark, io: Pick<Io, 'outIsTerminal' | 'columns'>): string[] {
  const lines = [`benchmark ${benchmark.sid}`];
  const add = (label: string, value: string) => {
    if (value !== '') lines.push(`${label.padEnd(10)} ${value}`);
  };
  add('status', `${statusWord(benchmark)}${benchmark.stopReason === '' ? '' : `: ${clean(benchmark.stopReason)}`}`);
  add('version', `v${benchmark.versionNumber}`);
  add('runs', `${benchmark.numRuns} of ${benchmark.plannedRuns}`);
  for (const { exampleSid, reason } of benchmark.leftOut) add('left out', `${exampleSid}: ${clean(reason)}`);
  for (const problem of benchmark.generated?.rejected ?? []) add('not used', clean(problem));
  if (benchmark.numRuns === 0) return lines;
  add('success', `${share(benchmark.successRate / 100)}${endingsOf(benchmark)}`);
  add('accuracy', benchmark.accuracy === undefined ? 'nothing to compare with' : share(benchmark.accuracy));
  const time = (ms: number) => duration(Math.round(ms));
  add(
    'duration',
    benchmark.successRate === 0
      ? 'no run succeeded'
      : `median ${time(benchmark.p50DurationMs)}, 95 % below ${time(benchmark.p95DurationMs)}, ${time(benchmark.minDurationMs)} to ${time(benchmark.maxDurationMs)}`,
  );
  add('cost', costOf(benchmark));
  add('difficulty', figure(benchmark.difficultyRating));
  add('retries', benchmark.totalRetries === 0 ? '' : String(benchmark.totalRetries));
  return [...lines, '', ...runLines(benchmark, io)];
}

/** "$0.04", or of how many runs it is unknown: their tokens have no price, or they called no model and reported nothing. */
function costOf({ estimatedCostUsd, costUsd, numRuns }: Benchmark): string {
  if (estimatedCostUsd !== undefined) return `$${figure(estimatedCostUsd)}`;
  return `unknown for ${numRuns - (costUsd?.count ?? 0)} of ${numRuns} runs (no price, or no model called)`;
}

/** "; 1 failed, 2 paused" */
function endingsOf({ failedRuns, timeoutRuns, pausedRuns }: Benchmark): string {
  const counts = Object.entries({
    failed: failedRuns,
    'timed out': timeoutRuns,
    'asked without an answer': pausedRuns,
  });
  const some = counts.filter(([, count]) => count > 0).map(([word, count]) => `${count} ${word}`);
  return some.length === 0 ? '' : `; ${some.join(', ')}`;
}

function runLines({ runs }: Benchmark, io: Pick<Io, 'outIsTerminal' | 'columns'>): string[] {
  const rows = runs
    .slice(0, MOST_RUNS)
    .map((run) => [
      run.playSid,
      RunStatus[run.status]?.toLowerCase() ?? '',
      duration(Number(run.durationMs)),
      run.score === undefined ? '' : figure(run.score),
      run.error,
    ]);
  const left = runs.length > MOST_RUNS ? [`… ${runs.length - MOST_RUNS} more; -o json has all`] : [];
  return [...tableLines({ head: ['PLAY', 'STATUS', 'RAN', 'SCORE', 'ERROR'], rows, io }), ...left];
}

export function statusWord({ status }: Benchmark): string {
  return BenchmarkStatus[status]?.toLowerCase() ?? 'unknown';
}

/** "87.5 %" */
export function share(value: number): string {
  return `${figure(value * 100)} %`;
}

export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

// bench run FLOW: starts a benchmark; with --wait shows its progress and then its figures.

import {
  type Benchmark,
  BenchmarkSchema,
  BenchmarkStatus,
  ScoringMethod,
} from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveExamples } from '../core/resolve-example.ts';
import { chooseVersion, resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { benchmarkLines } from './bench-show.ts';

export interface BenchRunArgs {
  readonly flow: string;
  readonly flowVersion?: string;
  readonly example?: readonly string[];
  readonly repeats?: number;
  readonly concurrency?: number;
  readonly scoring?: 'exact' | 'subset' | 'schema' | 'flow';
  readonly tolerance?: number;
  readonly scoringFlow?: string;
  readonly budgetS?: number;
  readonly budgetUsd?: number;
  readonly requestId?: string;
  readonly generate?: number;
  readonly generateBy?: string;
  readonly wait?: boolean;
}

const METHODS = {
  exact: ScoringMethod.EXACT,
  subset: ScoringMethod.SUBSET,
  schema: ScoringMethod.SCHEMA,
  flow: ScoringMethod.FLOW,
};
const LOOK_MS = 1000n;
const PROGRESS_WIDTH = 24;

export async function benchRun(context: Context, args: BenchRunArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const flow = await resolveFlow(clients, args.flow);
  const started = await clients.benchmarks.runBenchmark({
    workflowSid: flow.sid,
    versionSid: chooseVersion(flow, args.flowVersion)?.sid ?? '',
    exampleSids: (await resolveExamples(clients, flow, args.example ?? [])).map(({ sid }) => sid),
    repeats: args.repeats ?? 0,
    concurrency: args.concurrency ?? 0,
    scoring: {
      method: METHODS[args.scoring ?? (args.scoringFlow === undefined ? 'exact' : 'flow')],
      tolerance: args.tolerance ?? 0,
      flow: args.scoringFlow ?? '',
    },
    budgetMs: BigInt((args.budgetS ?? 0) * 1000),
    budgetUsd: args.budgetUsd ?? 0,
    requestId: args.requestId ?? '',
    generate: args.generate ?? 0,
    generateFlow: args.generateBy ?? '',
  });
  const benchmark = args.wait ? await untilEnd(context, started) : started;
  if (context.json) io.out(`${JSON.stringify(toJson(BenchmarkSchema, benchmark))}\n`);
  else io.out(args.wait ? `${benchmarkLines(benchmark, io).join('\n')}\n` : `${benchmark.sid}\n`);
  if (benchmark.status === BenchmarkStatus.RUNNING && args.wait) return EXIT.interrupted;
  return benchmark.status === BenchmarkStatus.FAILED ? EXIT.failed : EXIT.ok;
}

async function untilEnd(context: Context, started: Benchmark): Promise<Benchmark> {
  const { io, clients } = context;
  const stop = context.interrupted();
  const shows = io.outIsTerminal && !context.json;
  for (let now = started; ; ) {
    if (shows) io.err(`\r${progressOf(now).padEnd(PROGRESS_WIDTH)}`);
    if (now.status !== BenchmarkStatus.RUNNING || stop.aborted) {
      if (shows) io.err('\n');
      return now;
    }
    now = await clients.benchmarks.getBenchmark({ benchmarkSid: started.sid, waitMs: LOOK_MS });
  }
}

function progressOf({ numRuns, plannedRuns }: Benchmark): string {
  return plannedRuns === 0 ? 'thinking of inputs' : `${numRuns} of ${plannedRuns} runs`;
}

// bench run FLOW: starts a benchmark; with --wait shows its progress and then its figures.

import { HeroError } from '@hero-logic/platform/client';
import {
  type Benchmark,
  BenchmarkSchema,
  BenchmarkStatus,
  ScoringMethod,
} from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import type { Workflow } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
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
  readonly wait?: boolean;
}

const METHODS = {
  exact: ScoringMethod.EXACT,
  subset: ScoringMethod.SUBSET,
  schema: ScoringMethod.SCHEMA,
  flow: ScoringMethod.FLOW,
};
const LOOK_MS = 1000n;

export async function benchRun(context: Context, args: BenchRunArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const flow = await resolveFlow(clients, args.flow);
  const started = await clients.benchmarks.runBenchmark({
    workflowSid: flow.sid,
    versionSid: chooseVersion(flow, args.flowVersion)?.sid ?? '',
    exampleSids: await exampleSids(context, flow, args.example ?? []),
    repeats: args.repeats ?? 0,
    concurrency: args.concurrency ?? 0,
    scoring: {
      method: METHODS[args.scoring ?? (args.scoringFlow === undefined ? 'exact' : 'flow')],
      tolerance: args.tolerance ?? 0,
      flow: args.scoringFlow ?? '',
    },
    budgetMs: BigInt((args.budgetS ?? 0) * 1000),
    budgetUsd: args.budgetUsd ?? 0,
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
    if (shows) io.err(`\r${now.numRuns} of ${now.plannedRuns} runs`);
    if (now.status !== BenchmarkStatus.RUNNING || stop.aborted) {
      if (shows) io.err('\n');
      return now;
    }
    now = await clients.benchmarks.getBenchmark({ benchmarkSid: started.sid, waitMs: LOOK_MS });
  }
}

async function exampleSids({ clients }: Context, flow: Workflow, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const { examples } = await clients.examples.listExamples({ workflowSid: flow.sid });
  return names.map((name) => {
    const found = examples.find((e) => e.name === name || e.sid === name);
    if (found !== undefined) return found.sid;
    const known = examples.map((e) => e.name).join(', ');
    throw new HeroError('EXAMPLE_NOT_FOUND', `flow "${flow.name}" has no example "${name}"; it has ${known || 'none'}`);
  });
}

// bench list FLOW: its benchmarks, newest first.

import { timeFromPb } from '@hero-logic/platform/client';
import { type Benchmark, BenchmarkSchema } from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { ago, duration } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';
import { share, statusWord } from './bench-show.ts';

const DEFAULT_LIMIT = 20;

export interface BenchListArgs {
  readonly flow: string;
  readonly limit?: number;
}

export async function benchList(context: Context, args: BenchListArgs): Promise<ExitCode> {
  const { io, clients, clock } = context;
  const { sid: workflowSid } = await resolveFlow(clients, args.flow);
  const pageSize = args.limit ?? DEFAULT_LIMIT;
  const found: Benchmark[] = [];
  let pageToken = '';
  do {
    const page = await clients.benchmarks.listBenchmarksForWorkflow({ workflowSid, pageSize, pageToken });
    found.push(...page.benchmarks);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && found.length < pageSize);
  if (context.json) {
    io.out(
      `${JSON.stringify({ benchmarks: found.map((b) => toJson(BenchmarkSchema, b)), next_page_token: pageToken })}\n`,
    );
    return EXIT.ok;
  }
  const rows = found.map((b) => [
    b.sid,
    statusWord(b),
    `v${b.versionNumber}`,
    `${b.numRuns}/${b.plannedRuns}`,
    share(b.successRate / 100),
    b.accuracy === undefined ? '' : share(b.accuracy),
    duration(Math.round(b.p50DurationMs)),
    ago(clock.now() - (timeFromPb(b.createdAt) ?? clock.now())),
  ]);
  const head = ['BENCHMARK', 'STATUS', 'VERSION', 'RUNS', 'SUCCESS', 'ACCURACY', 'MEDIAN', 'STARTED'];
  if (rows.length > 0) io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  else io.err('The flow has no benchmarks yet; bench run makes one.\n');
  return EXIT.ok;
}

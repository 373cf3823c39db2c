// BenchmarkService: decode, one command or query, encode.

import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import {
  decodePageToken,
  encodePageToken,
  HeroError,
  mayCall,
  pageSize,
  principalOf,
  waitUntil,
} from '@hero-logic/platform';
import type { Benchmark as BenchmarkPb } from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import type { BenchmarkService } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { ended } from '../domain/benchmark.ts';
import { type GenerateDeps, generateExamples, INVENT_INPUTS } from '../domain/commands/generate-examples.ts';
import { type RunBenchmarkDeps, runBenchmark } from '../domain/commands/run-benchmark.ts';
import { compare, type Difference } from '../domain/compare.ts';
import type { StoredBenchmark } from '../domain/ports.ts';
import { BENCH_TOPIC } from '../domain/topics.ts';
import { benchmarkToPb, runBenchmarkFromPb } from './benchmark-codec.ts';

const PAGE = 50;
const MOST = 200;
const GENERATED = 10;

export interface BenchmarkServiceOptions extends RunBenchmarkDeps, GenerateDeps {
  /** Aborts when the service closes: waits end then. */
  readonly closing: AbortSignal;
}

export function createBenchmarkService(deps: BenchmarkServiceOptions): ServiceImpl<typeof BenchmarkService> {
  const { store, signals, clock } = deps;

  async function find(sid: string): Promise<StoredBenchmark> {
    const found = await store.find(sid);
    if (found !== undefined) return found;
    throw new HeroError('BENCHMARK_NOT_FOUND', `there is no benchmark ${sid}`, { metadata: { benchmark_sid: sid } });
  }

  async function waitFor(sid: string, timeoutMs: number, context: HandlerContext): Promise<StoredBenchmark> {
    await waitUntil({
      signals,
      topics: [BENCH_TOPIC],
      timeoutMs,
      abort: AbortSignal.any([context.signal, deps.closing]),
      check: async () => ((await find(sid)).benchmark.status === 'running' ? undefined : true),
    });
    return find(sid);
  }

  async function page(of: { workflowSid: string } | { versionSid: string }, size: number, token: string) {
    const limit = pageSize(size, PAGE, MOST);
    const [beforeSid = ''] = decodePageToken(token) ?? [];
    const found = await store.list({ ...of, beforeSid: String(beforeSid), limit: limit + 1 });
    const last = found.length > limit ? found[limit - 1] : undefined;
    return {
      benchmarks: found.slice(0, limit).map(benchmarkToPb),
      nextPageToken: last === undefined ? '' : encodePageToken([last.benchmark.sid]),
    };
  }

  return {
    async runBenchmark(request, { requestHeader }): Promise<BenchmarkPb> {
      if (request.generate > 0) requireAuthor(requestHeader);
      const benchmark = await runBenchmark(deps, runBenchmarkFromPb(request));
      return benchmarkToPb(await find(benchmark.sid));
    },
    async getBenchmark({ benchmarkSid, waitMs }, context) {
      const timeoutMs = Number(waitMs);
      return benchmarkToPb(
        timeoutMs === 0 ? await find(benchmarkSid) : await waitFor(benchmarkSid, timeoutMs, context),
      );
    },
    async cancelBenchmark({ benchmarkSid }) {
      await find(benchmarkSid);
      await store.change(benchmarkSid, (b) => ended(b, 'cancelled', clock.now(), 'it was cancelled'));
      signals.publish(BENCH_TOPIC);
      return benchmarkToPb(await find(benchmarkSid));
    },
    async listBenchmarksForWorkflow({ workflowSid, pageSize: size, pageToken }) {
      await deps.library.workflow(workflowSid);
      return page({ workflowSid }, size, pageToken);
    },
    async listBenchmarksForVersion({ versionSid, pageSize: size, pageToken }) {
      await deps.library.version('', versionSid);
      return page({ versionSid }, size, pageToken);
    },
    async getLatestBenchmark({ versionSid }) {
      await deps.library.version('', versionSid);
      const latest = await store.latestDone(versionSid);
      return latest === undefined ? {} : { benchmark: benchmarkToPb(latest) };
    },
    async generateExamples({ workflowSid, versionSid, flow, count }, context) {
      const known = await deps.library.examples(workflowSid);
      const by = { flow: flow || INVENT_INPUTS, count: count || GENERATED, key: '' };
      const abort = AbortSignal.any([context.signal, deps.closing]);
      const { exampleSids, rejected } = await generateExamples(deps, { workflowSid, versionSid, ...by, known }, abort);
      return { exampleSids: [...exampleSids], rejected: [...rejected] };
    },

    async compareBenchmarks({ baseSid, otherSid }) {
      const [base, other] = await Promise.all([find(baseSid), find(otherSid)]);
      if (base.benchmark.workflowSid !== other.benchmark.workflowSid) {
        throw new HeroError('INVALID_ARGUMENT', 'the benchmarks are of two workflows', {
          violations: [{ field: 'other_sid', description: 'is a benchmark of another workflow than base_sid' }],
        });
      }
      return comparisonToPb(compare(measuredOf(base), measuredOf(other)));
    },
  };
}

/** What is generated stays as examples, and who writes those is an author. */
function requireAuthor(headers: Headers): void {
  const { role } = principalOf(headers);
  if (mayCall(role, 'author')) return;
  throw new HeroError('PERMISSION_DENIED', `generate adds examples, which needs the role author; you are ${role}`, {
    metadata: { needed: 'author', role },
  });
}

function measuredOf({ benchmark, runs }: StoredBenchmark) {
  return { scoring: benchmark.scoring, runs: runs.map(({ result }) => result) };
}

function comparisonToPb(found: ReturnType<typeof compare>) {
  const difference = (d: Difference) => ({ ...d });
  return {
    examples: found.examples.map(({ exampleSid, base, other, regressed }) => ({
      exampleSid,
      baseSuccess: base.success,
      otherSuccess: other.success,
      baseScore: base.score,
      otherScore: other.score,
      baseDurationMs: base.durationMs,
      otherDurationMs: other.durationMs,
      regressed,
    })),
    success: difference(found.success),
    score: difference(found.score),
    durationMs: difference(found.durationMs),
    costUsd: difference(found.costUsd),
    regressedExampleSids: found.examples.filter((e) => e.regressed).map((e) => e.exampleSid),
    unpairedExampleSids: [...found.unpaired],
    changedExampleSids: [...found.changed],
    isScoredDifferently: !found.isScoredAlike,
  };
}

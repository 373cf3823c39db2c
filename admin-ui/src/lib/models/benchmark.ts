import {
  type Benchmark as BenchmarkPb,
  BenchmarkStatus,
  RunStatus,
} from '@hero-logic/proto/herologic/bench/v1/benchmark_pb';
import { msFromPb } from './format.ts';
import type { Status } from './status.ts';

export interface Run {
  readonly playSid: string;
  readonly exampleSid: string;
  readonly status: Status;
  readonly word: string;
  readonly durationMs: number;
  readonly retries: number;
  readonly costUsd: number | undefined;
  readonly score: number | undefined;
  readonly error: string;
}

export interface Benchmark {
  readonly sid: string;
  readonly versionSid: string;
  readonly versionNumber: number;
  readonly status: Status;
  readonly word: string;
  readonly createdAt: number | undefined;
  readonly done: number;
  readonly planned: number;
  /** 0 to 1 of the runs so far. */
  readonly success: number;
  /** 0 to 1; undefined = nothing to compare with. */
  readonly accuracy: number | undefined;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly costUsd: number | undefined;
  readonly retries: number;
  readonly stopReason: string;
  readonly runs: readonly Run[];
}

const STATUS: Record<BenchmarkStatus, readonly [Status, string]> = {
  [BenchmarkStatus.UNSPECIFIED]: ['failed', 'Unknown'],
  [BenchmarkStatus.RUNNING]: ['running', 'Running'],
  [BenchmarkStatus.DONE]: ['ok', 'Done'],
  [BenchmarkStatus.CANCELLED]: ['cancelled', 'Cancelled'],
  [BenchmarkStatus.FAILED]: ['failed', 'Failed'],
};

const RUN: Record<RunStatus, readonly [Status, string]> = {
  [RunStatus.UNSPECIFIED]: ['failed', 'Unknown'],
  [RunStatus.SUCCESS]: ['ok', 'Done'],
  [RunStatus.FAILED]: ['failed', 'Failed'],
  [RunStatus.TIMEOUT]: ['timed_out', 'Ran out of time'],
  [RunStatus.PAUSED]: ['awaiting_resume', 'Asked what the example does not answer'],
};

export function benchmarkFromPb(pb: BenchmarkPb): Benchmark {
  const [status, word] = STATUS[pb.status] ?? STATUS[BenchmarkStatus.UNSPECIFIED];
  return {
    sid: pb.sid,
    versionSid: pb.workflowVersionSid,
    versionNumber: pb.versionNumber,
    status,
    word,
    createdAt: msFromPb(pb.createdAt),
    done: pb.numRuns,
    planned: pb.plannedRuns,
    success: pb.successRate / 100,
    accuracy: pb.accuracy,
    p50Ms: pb.p50DurationMs,
    p95Ms: pb.p95DurationMs,
    costUsd: pb.estimatedCostUsd,
    retries: pb.totalRetries,
    stopReason: pb.stopReason,
    runs: pb.runs.map((r) => {
      const [runStatus, runWord] = RUN[r.status] ?? RUN[RunStatus.UNSPECIFIED];
      return {
        playSid: r.playSid,
        exampleSid: r.exampleSid,
        status: runStatus,
        word: runWord,
        durationMs: Number(r.durationMs),
        retries: r.retries,
        costUsd: r.costUsd,
        score: r.score,
        error: r.error,
      };
    }),
  };
}

/** "94 %"; shares are never shown without their n. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Where a value stands between 0 and the largest, in percent, for a drawn distribution. */
export function position(value: number, largest: number): number {
  return largest <= 0 ? 0 : Math.min(100, (100 * value) / largest);
}

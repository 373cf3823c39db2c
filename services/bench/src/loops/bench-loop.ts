// Drives the benchmarks that are running, each with its own plays at a time. What a crash interrupts goes on at the next start: the plays are
// found by their keys, and a result is kept once.

import { type Clock, type HeroError, type Log, type Loop, type Signals, toHeroError } from '@hero-logic/platform';
import {
  type Benchmark,
  ended,
  GOES_ON,
  overBudget,
  type PlannedRun,
  type RunResult,
  runKey,
  spentOn,
  unpriced,
} from '../domain/benchmark.ts';
import { generateRuns } from '../domain/commands/generate-runs.ts';
import { type PerformDeps, performRun } from '../domain/commands/perform-run.ts';
import type { BenchExample, BenchmarkStore, Library } from '../domain/ports.ts';
import { BENCH_TOPIC } from '../domain/topics.ts';

export interface BenchLoopOptions extends PerformDeps {
  readonly store: BenchmarkStore;
  readonly library: Library;
  readonly clock: Clock;
  readonly log: Log;
  readonly signals: Signals;
}

const RECHECK_MS = 5000;
const PAUSE_MS = 2000;
/** A run whose play cannot be started or read is tried so often; then it counts as failed. */
const TRIES = 5;

export function createBenchLoop(options: BenchLoopOptions): Loop {
  const { store, clock, log, signals } = options;

  return {
    name: 'benchmarks',
    async run(stop) {
      const driven = new Map<string, Promise<void>>();
      while (!stop.aborted) {
        const woken = new AbortController();
        const unsubscribe = signals.subscribe(BENCH_TOPIC, () => woken.abort());
        try {
          for (const sid of await store.listRunning()) {
            if (driven.has(sid)) continue;
            driven.set(
              sid,
              drive(options, sid, stop).finally(() => driven.delete(sid)),
            );
          }
        } catch (error) {
          log.error({ err: error }, 'running benchmarks could not be read');
        }
        await clock.sleep(RECHECK_MS, AbortSignal.any([stop, woken.signal]));
        unsubscribe();
      }
      await Promise.all(driven.values());
    },
  };
}

async function drive(options: BenchLoopOptions, sid: string, stop: AbortSignal): Promise<void> {
  const { store, log, signals } = options;
  const over = new AbortController();
  const abort = over.signal;
  // The process stops: its plays run on.
  stop.addEventListener('abort', () => over.abort(GOES_ON), { once: true, signal: over.signal });
  // Cancelled from outside: what is under way is cancelled with it.
  const unsubscribe = signals.subscribe(BENCH_TOPIC, () => {
    void store.find(sid).then((found) => {
      if (found?.benchmark.status !== 'running') over.abort();
    });
  });
  try {
    const found = await store.find(sid);
    if (found === undefined || found.benchmark.status !== 'running') return;
    const planned = await onceReachable(options, abort, () => generateRuns(options, found.benchmark, abort));
    await runAll(
      options,
      planned,
      found.runs.map(({ result }) => result),
      abort,
    );
  } catch (error) {
    if (abort.aborted) return;
    const { message } = toHeroError(error);
    log.error({ err: error, benchmark_sid: sid }, 'a benchmark cannot go on');
    await finish(options, sid, 'failed', message);
  } finally {
    unsubscribe();
  }
}

async function runAll(
  options: BenchLoopOptions,
  benchmark: Benchmark,
  results: readonly RunResult[],
  abort: AbortSignal,
): Promise<void> {
  const { store, library, clock } = options;
  const listed = await onceReachable(options, abort, () => library.examples(benchmark.workflowSid));
  const examples = new Map(listed.map((e) => [e.sid, e]));
  const queue = await store.openRuns(benchmark.sid);
  let spent = results.reduce((sum, result) => sum + spentOn(result), 0);
  let measured = results.length;
  let stopped: string | undefined;
  const time = new AbortController();
  const allEnded = new AbortController();
  const abortOrTime = AbortSignal.any([abort, time.signal]);
  void untilTimeIsUp(options, benchmark, AbortSignal.any([abort, allEnded.signal])).then((isUp) => {
    if (isUp) time.abort();
  });

  const worker = async () => {
    while (!abortOrTime.aborted && stopped === undefined) {
      stopped ??= overBudget(benchmark, spent, clock.now());
      const run = stopped === undefined ? queue.shift() : undefined;
      if (run === undefined) return;
      const result = await tryRun(options, benchmark, run, examples.get(run.exampleSid), abortOrTime);
      if (result === undefined) return;
      spent += spentOn(result);
      stopped ??= unpriced(benchmark, result);
      measured += 1;
      await store.addResult(benchmark.sid, { index: run.index, result });
      options.signals.publish(BENCH_TOPIC);
    }
  };
  await Promise.all(Array.from({ length: benchmark.concurrency }, worker));
  if (time.signal.aborted) stopped ??= overBudget(benchmark, spent, clock.now());
  allEnded.abort();
  // One without a run has measured nothing, and must not stand in the place of an earlier one.
  if (!abort.aborted) await finish(options, benchmark.sid, measured === 0 ? 'failed' : 'done', stopped);
}

/** False: it ended before. */
async function untilTimeIsUp({ clock }: BenchLoopOptions, benchmark: Benchmark, before: AbortSignal): Promise<boolean> {
  const { budgetMs, createdAt } = benchmark;
  while (budgetMs > 0 && !before.aborted) {
    const left = createdAt + budgetMs - clock.now();
    if (left <= 0) return true;
    await clock.sleep(left, before);
  }
  return false;
}

/** The result; undefined when the benchmark was stopped meanwhile, or its time was up. */
async function tryRun(
  options: BenchLoopOptions,
  benchmark: Benchmark,
  run: PlannedRun,
  example: BenchExample | undefined,
  abort: AbortSignal,
): Promise<RunResult | undefined> {
  if (example === undefined) return failedRun(run, {}, `example ${run.exampleSid} was deleted`);
  for (let tries = 1; ; tries++) {
    try {
      return await performRun(options, benchmark, run, example, abort);
    } catch (error) {
      if (abort.aborted) return undefined;
      const hero = toHeroError(error);
      const isPassing = passes(hero);
      options.log.warn(
        { err: hero, benchmark_sid: benchmark.sid, run: runKey(benchmark.sid, run.index) },
        'a run failed',
      );
      if (!isPassing && tries >= TRIES) return failedRun(run, example.inputValues, hero.message);
      if (!isPassing && hero.reason !== 'INTERNAL') return failedRun(run, example.inputValues, hero.message);
      await options.clock.sleep(PAUSE_MS, abort);
    }
  }
}

/** What needs another service waits until that one answers. */
async function onceReachable<T>(options: BenchLoopOptions, abort: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (abort.aborted || !passes(toHeroError(error))) throw error;
      await options.clock.sleep(PAUSE_MS, abort);
    }
  }
}

function passes({ reason }: HeroError): boolean {
  return reason === 'UNAVAILABLE' || reason === 'DEADLINE_EXCEEDED';
}

function failedRun(run: PlannedRun, inputValues: Readonly<Record<string, string>>, error: string): RunResult {
  return { playSid: '', exampleSid: run.exampleSid, inputValues, status: 'failed', durationMs: 0, retries: 0, error };
}

async function finish(
  { store, clock, signals }: BenchLoopOptions,
  sid: string,
  status: 'done' | 'failed',
  why: string | undefined,
): Promise<void> {
  await store.change(sid, (benchmark) => ended(benchmark, status, clock.now(), why));
  signals.publish(BENCH_TOPIC);
}

// Benchmarks in MongoDB: a document a benchmark, a document a run. The runs are written before their benchmark, so that a plan is
// whole or not there; a result is kept while its benchmark runs, or came with its end.

import {
  ensureIndexes,
  insertIfAbsent,
  type MongoDatabase,
  type MongoIndexes,
  unlessThere,
} from '@hero-logic/platform/mongo';
import { type Benchmark, benchmarkOf, type EndedRun, type PlannedRun, type RunResult } from '../domain/benchmark.ts';
import type { BenchmarkStore, StoredBenchmark } from '../domain/ports.ts';

interface BenchmarkDocument {
  readonly _id: string;
  readonly workflowSid: string;
  readonly versionSid: string;
  readonly status: string;
  /** Empty = none. */
  readonly requestId: string;
  /** Grows with each change. */
  readonly rev: number;
  readonly doc: string;
}

interface RunDocument {
  readonly _id: string;
  readonly benchmarkSid: string;
  readonly index: number;
  readonly exampleSid: string;
  /** JSON text; null = none yet. */
  readonly result: string | null;
}

const INDEXES: MongoIndexes = {
  benchmarks: [
    { key: { workflowSid: 1, _id: 1 }, name: 'by_workflow' },
    { key: { versionSid: 1, status: 1, _id: 1 }, name: 'by_version_and_status' },
    { key: { versionSid: 1, _id: 1 }, name: 'by_version' },
    { key: { status: 1, _id: 1 }, name: 'running', partialFilterExpression: { status: 'running' } },
    { key: { requestId: 1 }, name: 'by_request', unique: true, partialFilterExpression: { requestId: { $gt: '' } } },
  ],
  benchmark_runs: [{ key: { benchmarkSid: 1, index: 1 }, name: 'by_benchmark', unique: true }],
};

export function ensureBenchIndexes(mongo: MongoDatabase): Promise<void> {
  return ensureIndexes(mongo, INDEXES);
}

export function createMongoBenchmarkStore(mongo: MongoDatabase): BenchmarkStore {
  const benchmarks = mongo.collection<BenchmarkDocument>('benchmarks');
  const runs = mongo.collection<RunDocument>('benchmark_runs');

  async function stored(found: BenchmarkDocument | null): Promise<StoredBenchmark | undefined> {
    if (found === null) return undefined;
    const ended = await runs
      .find({ benchmarkSid: found._id, result: { $ne: null } })
      .sort({ index: 1 })
      .toArray();
    return { benchmark: read(found), runs: ended.map(endedRun) };
  }

  async function findByRequest(requestId: string): Promise<Benchmark | undefined> {
    const found = requestId === '' ? null : await benchmarks.findOne({ requestId });
    return found === null ? undefined : read(found);
  }

  /** A run that is there stays. */
  async function insertRuns(sid: string, plan: readonly PlannedRun[]): Promise<void> {
    if (plan.length === 0) return;
    const documents = plan.map(({ index, exampleSid }) => ({
      ...{ _id: `${sid}/${index}`, benchmarkSid: sid },
      ...{ index, exampleSid, result: null },
    }));
    await unlessThere(() => runs.insertMany(documents, { ordered: false }));
  }

  async function change(sid: string, decide: (benchmark: Benchmark) => Benchmark): Promise<Benchmark | undefined> {
    for (;;) {
      const found = await benchmarks.findOne({ _id: sid });
      if (found === null) return undefined;
      const before = read(found);
      const next = decide(before);
      if (next === before) return next;
      const { matchedCount } = await benchmarks.updateOne(
        { _id: sid, rev: found.rev },
        { $set: { status: next.status, doc: JSON.stringify(next) }, $inc: { rev: 1 } },
      );
      if (matchedCount > 0) return next;
    }
  }

  return {
    async add(benchmark, plan) {
      const { sid, workflowSid, versionSid, status, requestId } = benchmark;
      await insertRuns(sid, plan);
      const doc = JSON.stringify(benchmark);
      const document = { _id: sid, workflowSid, versionSid, status, requestId, rev: 1, doc };
      if (await insertIfAbsent(benchmarks, document)) return benchmark;
      await runs.deleteMany({ benchmarkSid: sid });
      return (await findByRequest(requestId)) ?? benchmark;
    },
    findByRequest,
    async extendPlan(sid, added, decide) {
      const isRunning = (await benchmarks.findOne({ _id: sid }, { projection: { status: 1 } }))?.status === 'running';
      if (isRunning) await insertRuns(sid, added);
      return change(sid, decide);
    },
    find: async (sid) => stored(await benchmarks.findOne({ _id: sid })),
    async list({ workflowSid, versionSid, beforeSid, limit }) {
      const of = versionSid === undefined ? { workflowSid: workflowSid ?? '' } : { versionSid };
      const before = beforeSid === '' ? {} : { _id: { $lt: beforeSid } };
      const found = await benchmarks
        .find({ ...of, ...before })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray();
      return (await Promise.all(found.map(stored))).filter((one) => one !== undefined);
    },
    async listRunning() {
      const found = await benchmarks.find({ status: 'running' }).sort({ _id: 1 }).project<{ _id: string }>({ _id: 1 });
      return (await found.toArray()).map(({ _id }) => _id);
    },
    async latestDone(versionSid) {
      return stored(await benchmarks.findOne({ versionSid, status: 'done' }, { sort: { _id: -1 } }));
    },
    async openRuns(sid) {
      const open = await runs.find({ benchmarkSid: sid, result: null }).sort({ index: 1 }).toArray();
      return open.map(({ index, exampleSid }) => ({ index, exampleSid }));
    },
    async addResult(sid, { index, result }) {
      const isRunning = (await benchmarks.findOne({ _id: sid }, { projection: { status: 1 } }))?.status === 'running';
      if (!isRunning) return false;
      const filter = { _id: `${sid}/${index}`, result: null };
      return (await runs.updateOne(filter, { $set: { result: JSON.stringify(result) } })).modifiedCount > 0;
    },
    change,
  };
}

function read({ doc }: BenchmarkDocument): Benchmark {
  return benchmarkOf(doc);
}

function endedRun({ index, result }: RunDocument): EndedRun {
  return { index, result: JSON.parse(result as string) as RunResult };
}

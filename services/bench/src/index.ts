// The bench service.

export { type BenchDeps, buildBench } from './app.ts';
export { ensureBenchIndexes } from './storage/benchmark-store.mongo.ts';

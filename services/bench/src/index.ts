// The bench service.

export { type BenchDeps, buildBench } from './app.ts';

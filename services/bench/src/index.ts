// The bench service.

export { type BenchDeps, buildBench } from './app.ts';
export { NO_PRICES, type PriceTable, pricesFromText } from './domain/prices.ts';
export { ensureBenchIndexes } from './storage/benchmark-store.mongo.ts';

// The registry: workflows, their immutable versions, their examples, and the library search.

export { buildRegistry, type RegistryDeps } from './app.ts';
export type { EmbeddingsEndpoint } from './clients/embedder.ts';
export type { Isolation } from './domain/version.ts';
export { type ExampleSeed, seedWorkflows, type WorkflowSeed } from './seed.ts';
export { ensureRegistryIndexes } from './storage/stores.mongo.ts';

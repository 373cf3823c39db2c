export { buildExecutor, type ExecutorDeps } from './app.ts';
export { type Broker, type ExecutorConfig, type ExecutorSettings, executorConfig } from './config.ts';
export { type CreateInterpretersOptions, createInterpreters } from './create-interpreters.ts';
export type { SecretSpec, Secrets } from './domain/secrets.ts';
export type { Interpreters } from './interpreters/interpreter.ts';
export { ensureExecutorIndexes } from './storage/stores.mongo.ts';

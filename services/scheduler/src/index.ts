// The scheduler: plays, their leases, their pauses.

export { buildScheduler, type SchedulerDeps } from './app.ts';
export type { SchedulerConfig } from './domain/commands/deps.ts';
export { ensureSchedulerIndexes } from './storage/stores.mongo.ts';

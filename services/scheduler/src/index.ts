// The scheduler: plays, their leases, their pauses.

export { buildScheduler, type SchedulerDeps } from './app.ts';
// For the simulation of capacity: the commands and the queue of executors, over a store of its own.
export type { CatalogVersion } from './domain/catalog.ts';
export { claimPlays } from './domain/commands/claim-plays.ts';
export type { CommandDeps, SchedulerConfig } from './domain/commands/deps.ts';
export { renewLeases } from './domain/commands/renew-leases.ts';
export { reportPlay } from './domain/commands/report-play.ts';
export { PLAIN_START, startPlay } from './domain/commands/start-play.ts';
export { rankOf } from './domain/gates.ts';
export { claim, renew } from './domain/lease.ts';
export type { Play } from './domain/play.ts';
export type { ClaimedPlay, PlayStore } from './domain/play-store.ts';
export { createClaimQueue } from './loops/claim-queue.ts';
export { ensureSchedulerIndexes } from './storage/stores.mongo.ts';

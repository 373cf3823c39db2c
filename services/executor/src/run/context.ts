// What the parts of a run share: its claim, its limits, and whether somebody wants it to end.

import type { Clock, Log } from '@hero-logic/platform';
import type { ExecutorConfig } from '../config.ts';
import type { Limits } from '../domain/limits.ts';
import type { StopReason } from '../domain/outcome.ts';
import type { Stores } from '../domain/ports.ts';
import type { StepBoundary } from '../domain/step-boundary.ts';
import type { PlayRecords } from '../ingest/play-records.ts';
import type { Interpreters } from '../interpreters/interpreter.ts';
import type { Environments } from '../packages/environments.ts';
import type { ForwardProxy } from '../proxy/proxy.ts';
import type { Catalog } from './catalog.ts';
import type { Claim } from './claim.ts';
import type { LeaseClient } from './lease-client.ts';
import type { RunWatcher } from './run-watcher.ts';
import type { SecretSource } from './secret-source.ts';
import type { CallService } from './service-calls.ts';

export interface RunDeps {
  readonly config: ExecutorConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly stores: Stores;
  readonly records: PlayRecords;
  readonly interpreters: Interpreters;
  readonly catalog: Catalog;
  readonly leases: LeaseClient;
  readonly callService: CallService;
  /** Absent = plays have no packages. */
  readonly environments?: Environments | undefined;
  /** Absent = no play has network `hosts`. */
  readonly proxy?: ForwardProxy | undefined;
  readonly secrets: SecretSource;
  /** Hears how many plays run. */
  readonly onCount?: (running: number) => void;
  /** Who counts and traces. */
  readonly watcher?: RunWatcher;
}

export interface RunContext {
  readonly deps: RunDeps;
  readonly claim: Claim;
  readonly log: Log;
  readonly startedAtMs: number;
  /** The claim came in, on the clock of performance.now(). */
  readonly claimedAt: number;
  /** Texts to add to the warnings of the play. */
  readonly warnings: string[];
  /** Aborts when the run is over or lost: nobody waits for what is under way. */
  readonly over: AbortSignal;
  /** Aborts when somebody wants the run to end. */
  readonly asked: AbortSignal;
  /** Where it can be stopped while somebody holds the play. */
  readonly boundary: StepBoundary;
  stopped(): StopReason | undefined;
  isLost(): boolean;
  stop(reason: StopReason): void;
  lose(): void;
}

export function hasToEnd(run: RunContext): boolean {
  return run.isLost() || run.stopped() !== undefined;
}

export interface LimitedRun extends RunContext {
  readonly limits: Limits;
}

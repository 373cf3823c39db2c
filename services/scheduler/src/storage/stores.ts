// What the scheduler keeps, wherever that is.

import type { Loop } from '@hero-logic/platform';
import type { BulkStore } from '../domain/bulk/bulk-store.ts';
import type { ExecutorStore } from '../domain/executor/executor-store.ts';
import type { ErrorGroupStore } from '../domain/failure/error-group-store.ts';
import type { HookStore } from '../domain/hook/hook-store.ts';
import type { ReadPlayFigures } from '../domain/play-figures.ts';
import type { PlayStore } from '../domain/play-store.ts';
import type { RemovalStore } from '../domain/removal/removal-store.ts';
import type { RetentionStore } from '../domain/retention/retention.ts';
import type { TriggerStore } from '../domain/trigger/trigger-store.ts';
import type { WebhookStore } from '../domain/webhook/webhook-store.ts';

export interface SchedulerStores {
  readonly store: PlayStore;
  readonly triggers: TriggerStore;
  readonly hooks: HookStore;
  readonly webhooks: WebhookStore;
  readonly bulk: BulkStore;
  readonly errorGroups: ErrorGroupStore;
  readonly removals: RemovalStore;
  readonly retention: RetentionStore;
  readonly executors: ExecutorStore;
  readonly figures: ReadPlayFigures;
  /** What the stores themselves have to do in the background. */
  readonly loops: readonly Loop[];
}

// What the scheduler keeps, wherever that is.

import type { Loop } from '@hero-logic/platform';
import type { HookStore } from '../domain/hook/hook-store.ts';
import type { ReadPlayFigures } from '../domain/play-figures.ts';
import type { PlayStore } from '../domain/play-store.ts';
import type { TriggerStore } from '../domain/trigger/trigger-store.ts';
import type { WebhookStore } from '../domain/webhook/webhook-store.ts';

export interface SchedulerStores {
  readonly store: PlayStore;
  readonly triggers: TriggerStore;
  readonly hooks: HookStore;
  readonly webhooks: WebhookStore;
  readonly figures: ReadPlayFigures;
  /** What the stores themselves have to do in the background. */
  readonly loops: readonly Loop[];
}

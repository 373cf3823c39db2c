// What the commands of triggers stand on.

import type { TriggerStore } from '../../trigger/trigger-store.ts';
import type { CommandDeps } from '../deps.ts';

export interface TriggerDeps extends CommandDeps {
  readonly triggers: TriggerStore;
}

/** A trigger fires sooner than before, or a firing is to start. */
export const TRIGGER_TOPIC = 'triggers.due';

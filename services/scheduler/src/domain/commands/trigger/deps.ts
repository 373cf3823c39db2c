// What the commands of triggers stand on.

import type { HookStore, ResumeLink } from '../../hook/hook-store.ts';
import type { Transforms } from '../../hook/mapping.ts';
import type { RefusalBudget } from '../../hook/refusal-budget.ts';
import type { SecretBox } from '../../hook/secret-box.ts';
import type { TriggerStore } from '../../trigger/trigger-store.ts';
import type { CommandDeps } from '../deps.ts';

export interface TriggerDeps extends CommandDeps {
  readonly triggers: TriggerStore;
  readonly hooks: HookStore;
  readonly transforms: Transforms;
  readonly refusals: RefusalBudget;
  readonly secretBox: SecretBox;
  /** Hears of each answer by a link, with the reason when it was refused: the audit log has it from there. */
  readonly linkUsed: (link: Pick<ResumeLink, 'playSid' | 'resumeId'>, namespace: string, refusal: string) => void;
}

/** A trigger fires sooner than before, or a firing is to start. */
export const TRIGGER_TOPIC = 'triggers.due';

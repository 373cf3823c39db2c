// What the commands stand on.

import type { Clock, Log, NewSid, SchemaCheck, Signals } from '@hero-logic/platform';
import { topics } from '@hero-logic/platform';
import type { Groups } from '../answer-rules.ts';
import type { Catalog } from '../catalog.ts';
import type { Choice } from '../choice.ts';
import { isTerminal, type Play } from '../play.ts';
import type { PlayStore } from '../play-store.ts';
import type { RemovalStore } from '../removal/removal-store.ts';
import type { Replays } from '../replays.ts';
import type { RetentionRule } from '../retention/retention.ts';

export interface CommandDeps {
  readonly store: PlayStore;
  readonly removals: RemovalStore;
  readonly catalog: Catalog;
  readonly replays: Replays;
  readonly choice: Choice;
  readonly schemas: SchemaCheck;
  readonly clock: Clock;
  readonly newSid: NewSid;
  readonly newToken: () => string;
  readonly signals: Signals;
  readonly log: Log;
  readonly config: SchedulerConfig;
  /** Ends the open spans of a play that ended without a process. */
  readonly closeSpans: (playSid: string) => Promise<void>;
  /** Hears what time does to a question: the audit log has it from there. */
  readonly escalated: (play: Play, resumeId: string) => void;
  /** Who counts and traces. */
  readonly watcher?: PlayWatcher;
}

/** Hears what happens to plays; must not throw. */
export interface PlayWatcher {
  changed(play: Pick<Play, 'sid' | 'status'>): void;
  claimed(plays: readonly Play[], now: number): void;
  leaseExpired(): void;
}

export interface SchedulerConfig {
  /** How long a lease holds unless renewed. */
  readonly leaseTtlMs: number;
  /** What an executor gives a play between SIGTERM and SIGKILL. */
  readonly cancelGraceMs: number;
  /** A local run: whatever was running when the process starts was run by the process before, which is gone. */
  readonly ownsAllLeases: boolean;
  /** Address before the path of links; absent = callers put it there. */
  readonly publicUrl?: string;
  /** Private addresses and networks that webhooks may reach; absent = none. */
  readonly webhookNetworks?: readonly string[];
  /** Members of the groups that questions may name; absent = there are none. */
  readonly groups?: Groups;
  /** For workflows that have no rule of their own; absent = their plays are kept. */
  readonly retention?: RetentionRule;
}

export function groupsOf({ groups = NO_GROUPS }: SchedulerConfig): Groups {
  return groups;
}

const NO_GROUPS: Groups = new Map();

/** After an end without a process nobody else ends its spans. A tree that stays open is a blemish, no reason to fail the call. */
export async function closeTree(deps: Pick<CommandDeps, 'closeSpans' | 'log'>, playSid: string): Promise<void> {
  try {
    await deps.closeSpans(playSid);
  } catch (error) {
    deps.log.warn({ err: error, play_sid: playSid }, 'the spans of an ended play could not be closed');
  }
}

/** A moment came nearer at which a loop has to act. */
export const DUE_TOPIC = 'plays.due';

/** A play has ended, or gave children up: its family has to hear of it. */
export const FAMILY_TOPIC = 'plays.family';

/** Tells everybody who may wait for it that a play has changed. */
export function publishChange(
  deps: Pick<CommandDeps, 'signals' | 'watcher'>,
  play: Pick<Play, 'sid' | 'status'>,
): void {
  deps.watcher?.changed(play);
  // First whoever waits for this very play.
  deps.signals.publish(topics.play(play.sid));
  // One that is not running may also have left its place to another.
  if (play.status !== 'running') deps.signals.publish(topics.playsReady);
  if (isTerminal(play.status)) deps.signals.publish(FAMILY_TOPIC);
}

// What bulk jobs, groups of failures and retention stand on.

import type { BulkStore } from '../../bulk/bulk-store.ts';
import type { ErrorGroupStore } from '../../failure/error-group-store.ts';
import type { RetentionStore } from '../../retention/retention.ts';
import type { CommandDeps } from '../deps.ts';

export interface OperateDeps extends CommandDeps {
  readonly bulk: BulkStore;
  readonly errorGroups: ErrorGroupStore;
  readonly retention: RetentionStore;
  readonly playData: PlayData;
}

/** What the executor keeps of plays. */
export interface PlayData {
  /** May be repeated. */
  remove(playSids: readonly string[]): Promise<void>;
  /** Bytes that they take. */
  measure(playSids: readonly string[]): Promise<number>;
}

/** A bulk job is due. */
export const BULK_TOPIC = 'bulk.due';
